BEGIN;
SELECT id AS device FROM parking_gatedevice WHERE device_id = 'ENTRY-' || :zone \gset
SELECT id FROM parking_gatedevice_zones WHERE gatedevice_id = :device AND parkingzone_id = :zone;
SELECT b.id AS booking, b.vehicle_id AS vehicle, b.plate AS plate FROM parking_parkingbooking b JOIN parking_vehicle v ON v.id = b.vehicle_id JOIN parking_parkingzone z ON z.id = b.zone_id JOIN parking_tariffversion t ON t.id = b.tariff_id JOIN parking_policyversion p ON p.id = b.policy_id WHERE b.qr_code = bench_code(:n) FOR NO KEY UPDATE OF b, v \gset
SELECT id FROM parking_qrscanlog WHERE scanner_device_id = 'ENTRY-' || :zone AND scan_id = 'scan-' || :n;
SELECT (SELECT SUM(captured_minor - surplus_minor) FROM parking_payment WHERE booking_id = :booking AND completed_at IS NOT NULL), (SELECT SUM(r.amount_minor) FROM parking_refund r JOIN parking_payment p ON p.id = r.payment_id WHERE p.booking_id = :booking AND r.status <> 'FAILED' AND r.kind <> 'SURPLUS'), (SELECT SUM(amount_minor) FROM parking_adjustment WHERE booking_id = :booking AND status = 'APPROVED');
SELECT a.id AS allocation, a.slot_id AS slot FROM parking_slotallocation a JOIN parking_parkingslot s ON s.id = a.slot_id WHERE a.booking_id = :booking AND a.released_at IS NULL \gset
SELECT id FROM parking_parkingsession WHERE vehicle_id = :vehicle AND exit_time IS NULL;
SELECT id FROM parking_slotallocation WHERE slot_id = :slot AND released_at IS NULL AND booking_id <> :booking;
UPDATE parking_slotallocation SET occupies_until = bench_in(3600), parked_at = bench_in(0), lapses_at = NULL WHERE id = :allocation;
UPDATE parking_parkingbooking SET status = 'USED' WHERE id = :booking;
INSERT INTO parking_parkingsession (id, booking_id, zone_id, slot_id, vehicle_id, plate, status, entry_time) VALUES (bench_uuid(), :booking, :zone, :slot, :vehicle, :plate, 'ACTIVE', bench_in(0));
INSERT INTO parking_auditevent (at, action, caller, booking_id, data) VALUES (bench_in(0), 'session.entered', bench_gate_caller('ENTRY', :zone), :booking, '{"session_id": "00000000-0000-0000-0000-000000000000", "slot": "Z00-001"}');
INSERT INTO parking_qrscanlog (scan_type, result, reason, qr_code, booking_id, device_id, scanner_device_id, scanner_location, caller, scanned_at, scan_id, answer) VALUES ('ENTRY', 'SUCCESS', 'ok', bench_code(:n), :booking, :device, 'ENTRY-' || :zone, '', bench_gate_caller('ENTRY', :zone), bench_in(0), 'scan-' || :n, '{"answer": {"session_id": "00000000-0000-0000-0000-000000000000", "booking_id": "00000000-0000-0000-0000-000000000000", "slot_number": "Z00-001", "zone_name": "Zone 00", "entry_time": "2026-01-31", "paid_until": "2026-01-31"}}');
COMMIT;
