BEGIN;
SELECT COUNT(*) FROM parking_guesscount WHERE source = 'address:127.0.0.1' AND count >= 20;
SELECT z.name AS zone_name, z.tariff_id AS tariff, z.policy_id AS policy FROM parking_parkingzone z JOIN parking_tariffversion t ON t.id = z.tariff_id JOIN parking_policyversion p ON p.id = z.policy_id WHERE z.id = :zone AND z.is_open \gset
INSERT INTO parking_vehicle (number, owner_name, phone_number, created_at) VALUES (bench_plate(:n, :known), 'A Driver', '', bench_in(0)) ON CONFLICT DO NOTHING;
SELECT id AS vehicle FROM parking_vehicle WHERE number = bench_plate(:n, :known) FOR NO KEY UPDATE \gset
SELECT booking_id FROM parking_slotallocation WHERE zone_id = :zone AND lapses_at <= bench_in(0) LIMIT 200;
SELECT id FROM parking_parkingbooking WHERE vehicle_id = :vehicle AND closed_at IS NULL AND starts_at < bench_in(3600) AND ends_at > bench_in(0);
SELECT id FROM parking_parkingsession WHERE vehicle_id = :vehicle AND exit_time IS NULL;
SELECT MIN(id) AS low, MAX(id) AS high FROM parking_parkingslot WHERE zone_id = :zone \gset
\set pivot random(:low, :high)
SELECT slot FROM (SELECT * FROM (SELECT s.id AS slot FROM parking_parkingslot s WHERE s.zone_id = :zone AND s.in_service AND s.id >= :pivot AND NOT EXISTS (SELECT 1 FROM parking_slotallocation a WHERE a.slot_id = s.id AND a.released_at IS NULL AND (a.occupies_from < bench_in(3600) AND a.occupies_until > bench_in(0) OR a.parked_at IS NOT NULL)) ORDER BY s.id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED) above UNION ALL SELECT * FROM (SELECT s.id AS slot FROM parking_parkingslot s WHERE s.zone_id = :zone AND s.in_service AND s.id < :pivot AND NOT EXISTS (SELECT 1 FROM parking_slotallocation a WHERE a.slot_id = s.id AND a.released_at IS NULL AND (a.occupies_from < bench_in(3600) AND a.occupies_until > bench_in(0) OR a.parked_at IS NOT NULL)) ORDER BY s.id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED) below) found LIMIT 1 \gset
SELECT COUNT(*) FROM parking_slotallocation a WHERE a.slot_id = :slot AND a.released_at IS NULL AND (a.occupies_from < bench_in(3600) AND a.occupies_until > bench_in(0) OR a.parked_at IS NOT NULL);
SELECT bench_uuid() AS booking \gset
INSERT INTO parking_parkingbooking (id, zone_id, vehicle_id, vehicle_class, plate, owner_name, phone_number, qr_code, status, hours, tariff_id, policy_id, price_minor, currency, created_at, starts_at, ends_at, expires_at) VALUES (:booking, :zone, :vehicle, 'CAR', bench_plate(:n, :known), 'A Driver', '', bench_new_code(), 'CREATED', 1, :tariff, :policy, 2000, 'INR', bench_in(0), bench_in(0), bench_in(3600), bench_in(300));
INSERT INTO parking_slotallocation (slot_id, zone_id, booking_id, occupies_from, occupies_until, lapses_at, release_reason) VALUES (:slot, :zone, :booking, bench_in(0), bench_in(3600), bench_in(300), '');
INSERT INTO parking_auditevent (at, action, caller, booking_id, data) VALUES (bench_in(0), 'booking.created', 'driver', :booking, '{}');
COMMIT;
