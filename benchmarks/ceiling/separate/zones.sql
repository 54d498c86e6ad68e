SELECT z.id, z.name, t.currency, t.definition FROM parking_parkingzone z JOIN parking_tariffversion t ON t.id = z.tariff_id WHERE z.is_open ORDER BY z.id;
SELECT zone_id, COUNT(*) FROM parking_parkingslot WHERE  in_service GROUP BY zone_id;
SELECT zone_id, COUNT(*) FROM parking_slotallocation WHERE  released_at IS NULL AND parked_at IS NOT NULL GROUP BY zone_id;
SELECT zone_id, COUNT(*) FROM parking_slotallocation WHERE  released_at IS NULL AND parked_at IS NULL AND occupies_from <= bench_in(0) AND lapses_at > bench_in(0) GROUP BY zone_id;
SELECT zone_id, COUNT(*) FROM parking_parkingsession WHERE  exit_time IS NULL GROUP BY zone_id;
