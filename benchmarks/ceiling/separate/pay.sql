BEGIN;
SELECT COUNT(*) FROM parking_guesscount WHERE source = 'address:127.0.0.1' AND count >= 20;
SELECT b.id AS booking, b.price_minor AS price FROM parking_parkingbooking b JOIN parking_policyversion p ON p.id = b.policy_id WHERE b.id = bench_booking(:n) FOR NO KEY UPDATE OF b \gset
SELECT id FROM parking_payment WHERE booking_id = :booking AND status = 'PENDING';
SELECT id FROM parking_slotallocation WHERE booking_id = :booking AND released_at IS NULL;
SELECT bench_uuid() AS payment \gset
INSERT INTO parking_payment (id, booking_id, kind, status, method, amount_minor, captured_minor, surplus_minor, currency, provider, provider_token, failure_code, created_at, lease_until, next_attempt_at, attempts) VALUES (:payment, :booking, 'BOOKING', 'PENDING', 'ONLINE', :price, 0, 0, 'INR', 'simulated', '', '', bench_in(0), bench_in(30), bench_in(30), 0);
UPDATE parking_slotallocation SET lapses_at = bench_in(900) WHERE booking_id = :booking AND released_at IS NULL AND parked_at IS NULL;
INSERT INTO parking_auditevent (at, action, caller, booking_id, data) VALUES (bench_in(0), 'payment.begun', 'driver', :booking, '{"payment_id": "00000000-0000-0000-0000-000000000000", "kind": "BOOKING", "amount_minor": 2000}');
COMMIT;
BEGIN;
SELECT b.id AS booking FROM parking_parkingbooking b JOIN parking_vehicle v ON v.id = b.vehicle_id WHERE b.id = :booking FOR NO KEY UPDATE OF b, v \gset
SELECT id FROM parking_payment WHERE id = :payment;
UPDATE parking_slotallocation SET lapses_at = bench_in(3600) WHERE booking_id = :booking AND released_at IS NULL AND parked_at IS NULL;
UPDATE parking_parkingbooking SET status = 'PAID', paid_at = bench_in(0), closed_at = NULL WHERE id = :booking;
UPDATE parking_payment SET status = 'COMPLETED', captured_minor = amount_minor, completed_at = bench_in(0), provider_reference = 'simch_' || :payment, lease_until = NULL, next_attempt_at = NULL WHERE id = :payment;
INSERT INTO parking_auditevent (at, action, caller, booking_id, data) VALUES (bench_in(0), 'payment.completed', 'system', :booking, '{"payment_id": "00000000-0000-0000-0000-000000000000", "kind": "BOOKING", "amount_minor": 2000}');
COMMIT;
