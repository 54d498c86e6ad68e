BEGIN;
SELECT id AS device FROM parking_gatedevice WHERE device_id = 'EXIT-' || :zone \gset
SELECT id FROM parking_gatedevice_zones WHERE gatedevice_id = :device AND parkingzone_id = :zone;
SELECT b.id AS booking, b.vehicle_id AS vehicle, b.plate AS plate FROM parking_parkingbooking b JOIN parking_vehicle v ON v.id = b.vehicle_id JOIN parking_parkingzone z ON z.id = b.zone_id JOIN parking_tariffversion t ON t.id = b.tariff_id JOIN parking_policyversion p ON p.id = b.policy_id WHERE b.qr_code = bench_code(:n) FOR NO KEY UPDATE OF b, v \gset
SELECT id FROM parking_qrscanlog WHERE scanner_device_id = 'EXIT-' || :zone AND scan_id = 'scan-' || :n;
SELECT (SELECT SUM(captured_minor - surplus_minor) FROM parking_payment WHERE booking_id = :booking AND completed_at IS NOT NULL), (SELECT SUM(r.amount_minor) FROM parking_refund r JOIN parking_payment p ON p.id = r.payment_id WHERE p.booking_id = :booking AND r.status <> 'FAILED' AND r.kind <> 'SURPLUS'), (SELECT SUM(amount_minor) FROM parking_adjustment WHERE booking_id = :booking AND status = 'APPROVED');
SELECT s.id AS session FROM parking_parkingsession s JOIN parking_parkingslot l ON l.id = s.slot_id WHERE s.booking_id = :booking \gset
SELECT id FROM parking_quote WHERE session_id = :session ORDER BY id DESC LIMIT 1;
UPDATE parking_slotallocation SET released_at = bench_in(0), release_reason = 'EXITED', lapses_at = NULL WHERE booking_id = :booking AND released_at IS NULL;
UPDATE parking_parkingbooking SET closed_at = bench_in(0) WHERE id = :booking;
UPDATE parking_parkingsession SET status = 'COMPLETED', exit_time = bench_in(0), billed_until = bench_in(0), gate_opened_at = bench_in(0) WHERE id = :session;
INSERT INTO parking_auditevent (at, action, caller, booking_id, data) VALUES (bench_in(0), 'session.left', bench_gate_caller('EXIT', :zone), :booking, '{"session_id": "00000000-0000-0000-0000-000000000000", "total_minor": 2000, "refund_minor": 0}');
INSERT INTO parking_qrscanlog (scan_type, result, reason, qr_code, booking_id, device_id, scanner_device_id, scanner_location, caller, scanned_at, scan_id, answer) VALUES ('EXIT', 'SUCCESS', 'ok', bench_code(:n), :booking, :device, 'EXIT-' || :zone, '', bench_gate_caller('EXIT', :zone), bench_in(0), 'scan-' || :n, '{"answer": {"session_id": "00000000-0000-0000-0000-000000000000", "booking_id": "00000000-0000-0000-0000-000000000000", "slot_number": "Z00-001", "zone_name": "Zone 00", "entry_time": "2026-01-31", "paid_until": "2026-01-31"}}');
COMMIT;
