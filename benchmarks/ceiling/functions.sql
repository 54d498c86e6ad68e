-- What PostgreSQL alone can do: each hot path as one server-side call, with the reads and writes that the path needs
-- and every constraint and guard in force. Names are reckoned as in benchmarks/names.py.
-- The decisions are made nowhere: every stay that is laid for a measurement goes well.

CREATE OR REPLACE FUNCTION bench_number(n integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS
    $$ SELECT 2097152 + n::bigint $$;

CREATE OR REPLACE FUNCTION bench_code(n integer) RETURNS varchar LANGUAGE sql IMMUTABLE AS
    $$ SELECT ('PARK-' || lpad(upper(to_hex((bench_number(n) * 1124726531693) & 281474976710655)), 12, '0'))::varchar $$;

CREATE OR REPLACE FUNCTION bench_booking(n integer) RETURNS uuid LANGUAGE sql IMMUTABLE AS
    $$ SELECT md5('booking ' || bench_number(n)::text)::uuid $$;

CREATE OR REPLACE FUNCTION bench_plate(n integer, known integer) RETURNS varchar LANGUAGE sql IMMUTABLE AS
    $$ SELECT (CASE WHEN n % 2 = 1 THEN 'NW' || lpad(n::text, 8, '0') ELSE 'KA' || lpad((known + n)::text, 8, '0') END)::varchar $$;

-- A function, because pgbench takes a colon for the beginning of a variable, in a text too.
CREATE OR REPLACE FUNCTION bench_gate_caller(way varchar, zone bigint) RETURNS varchar LANGUAGE sql IMMUTABLE AS
    $$ SELECT ('device:' || way || '-' || zone)::varchar $$;

CREATE OR REPLACE FUNCTION bench_uuid() RETURNS uuid LANGUAGE sql VOLATILE AS $$ SELECT gen_random_uuid() $$;

CREATE OR REPLACE FUNCTION bench_new_code() RETURNS varchar LANGUAGE sql VOLATILE AS
    $$ SELECT ('PARK-' || upper(substr(replace(gen_random_uuid()::text, '-', ''), 1, 12)))::varchar $$;

CREATE OR REPLACE FUNCTION bench_in(seconds integer) RETURNS timestamptz LANGUAGE sql STABLE AS
    $$ SELECT now() + make_interval(secs => seconds) $$;

CREATE OR REPLACE FUNCTION bench_free_slot(zone bigint, start timestamptz, finish timestamptz)
RETURNS TABLE (slot bigint, number varchar) LANGUAGE plpgsql AS $$
DECLARE
    low bigint;
    high bigint;
    pivot bigint;
BEGIN
    SELECT min(s.id), max(s.id) INTO low, high FROM parking_parkingslot s WHERE s.zone_id = zone;
    pivot := low + floor(random() * (high - low + 1));
    FOR attempt IN 1..8 LOOP
        SELECT s.id, s.number INTO slot, number FROM parking_parkingslot s
            WHERE s.zone_id = zone AND s.in_service AND s.id >= pivot AND NOT EXISTS (
                SELECT FROM parking_slotallocation a WHERE a.slot_id = s.id AND a.released_at IS NULL
                AND (a.occupies_from < finish AND a.occupies_until > start OR a.parked_at IS NOT NULL))
            ORDER BY s.id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
        IF slot IS NULL THEN
            pivot := low;
            CONTINUE;
        END IF;
        -- Again under the lock: the first look may be older than it.
        PERFORM FROM parking_slotallocation a WHERE a.slot_id = slot AND a.released_at IS NULL
            AND (a.occupies_from < finish AND a.occupies_until > start OR a.parked_at IS NOT NULL);
        IF NOT FOUND THEN
            RETURN NEXT;
            RETURN;
        END IF;
    END LOOP;
    RAISE EXCEPTION 'zone % is full', zone;
END $$;

CREATE OR REPLACE FUNCTION bench_create(n integer, zone bigint, plate varchar) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    terms record;
    vehicle bigint;
    free record;
    booking uuid := gen_random_uuid();
BEGIN
    PERFORM FROM parking_guesscount WHERE source = 'address:127.0.0.1' AND window_starts_at = now() AND count >= 20;
    SELECT z.name, z.tariff_id, z.policy_id, t.currency, t.definition, p.definition AS policy INTO terms
        FROM parking_parkingzone z JOIN parking_tariffversion t ON t.id = z.tariff_id
        JOIN parking_policyversion p ON p.id = z.policy_id WHERE z.id = zone AND z.is_open;
    INSERT INTO parking_vehicle (number, owner_name, phone_number, created_at)
        VALUES (plate, 'A Driver', '', now()) ON CONFLICT DO NOTHING;
    SELECT v.id INTO vehicle FROM parking_vehicle v WHERE v.number = plate FOR NO KEY UPDATE;
    PERFORM FROM parking_slotallocation a WHERE a.zone_id = zone AND a.lapses_at <= now() LIMIT 200;
    PERFORM FROM parking_parkingbooking b WHERE b.vehicle_id = vehicle AND b.closed_at IS NULL
        AND b.starts_at < bench_in(3600) AND b.ends_at > now();
    PERFORM FROM parking_parkingsession s WHERE s.vehicle_id = vehicle AND s.exit_time IS NULL;
    SELECT * INTO free FROM bench_free_slot(zone, now(), bench_in(3600));
    INSERT INTO parking_parkingbooking (id, zone_id, vehicle_id, vehicle_class, plate, owner_name, phone_number,
            qr_code, status, hours, tariff_id, policy_id, price_minor, currency, created_at, starts_at, ends_at, expires_at)
        VALUES (booking, zone, vehicle, 'CAR', plate, 'A Driver', '', bench_new_code(), 'CREATED', 1, terms.tariff_id,
            terms.policy_id, 2000, terms.currency, now(), now(), bench_in(3600), bench_in(300));
    INSERT INTO parking_slotallocation (slot_id, zone_id, booking_id, occupies_from, occupies_until, lapses_at, release_reason)
        VALUES (free.slot, zone, booking, now(), bench_in(3600), bench_in(300), '');
    INSERT INTO parking_auditevent (at, action, caller, booking_id, data)
        VALUES (now(), 'booking.created', 'driver', booking, '{}');
    RETURN free.number;
END $$;

-- The intent is committed before the provider is asked (docs/payments.md), hence two transactions.
CREATE OR REPLACE PROCEDURE bench_pay(n integer) LANGUAGE plpgsql AS $$
DECLARE
    booking record;
    payment uuid := gen_random_uuid();
BEGIN
    PERFORM FROM parking_guesscount WHERE source = 'address:127.0.0.1' AND window_starts_at = now() AND count >= 20;
    SELECT b.id, b.status, b.price_minor, b.currency, b.expires_at, b.ends_at, p.definition INTO STRICT booking
        FROM parking_parkingbooking b JOIN parking_policyversion p ON p.id = b.policy_id
        WHERE b.id = bench_booking(n) FOR NO KEY UPDATE OF b;
    PERFORM FROM parking_payment WHERE booking_id = booking.id AND status = 'PENDING';
    PERFORM FROM parking_slotallocation a WHERE a.booking_id = booking.id AND a.released_at IS NULL;
    INSERT INTO parking_payment (id, booking_id, kind, status, method, amount_minor, captured_minor, surplus_minor,
            currency, provider, provider_token, failure_code, created_at, lease_until, next_attempt_at, attempts)
        VALUES (payment, booking.id, 'BOOKING', 'PENDING', 'ONLINE', booking.price_minor, 0, 0, booking.currency,
            'simulated', '', '', now(), bench_in(30), bench_in(30), 0);
    UPDATE parking_slotallocation SET lapses_at = booking.expires_at + interval '10 minutes'
        WHERE booking_id = booking.id AND released_at IS NULL AND parked_at IS NULL;
    INSERT INTO parking_auditevent (at, action, caller, booking_id, data) VALUES (now(), 'payment.begun', 'driver',
        booking.id, jsonb_build_object('payment_id', payment, 'kind', 'BOOKING', 'amount_minor', booking.price_minor));
    COMMIT;
    SELECT b.id, b.status, b.price_minor, b.ends_at INTO STRICT booking
        FROM parking_parkingbooking b JOIN parking_vehicle v ON v.id = b.vehicle_id
        WHERE b.id = bench_booking(n) FOR NO KEY UPDATE OF b, v;
    PERFORM FROM parking_payment WHERE id = payment;
    UPDATE parking_slotallocation SET lapses_at = booking.ends_at
        WHERE booking_id = booking.id AND released_at IS NULL AND parked_at IS NULL;
    UPDATE parking_parkingbooking SET status = 'PAID', paid_at = now(), closed_at = NULL WHERE id = booking.id;
    UPDATE parking_payment SET status = 'COMPLETED', captured_minor = amount_minor, completed_at = now(),
        provider_reference = 'simch_' || payment, lease_until = NULL, next_attempt_at = NULL WHERE id = payment;
    INSERT INTO parking_auditevent (at, action, caller, booking_id, data) VALUES (now(), 'payment.completed', 'system',
        booking.id, jsonb_build_object('payment_id', payment, 'kind', 'BOOKING', 'amount_minor', booking.price_minor));
END $$;

-- The device with its zones, the ticket locked with its vehicle, and the same scan's earlier answer.
CREATE OR REPLACE FUNCTION bench_scan(n integer, zone bigint, way varchar, OUT device bigint, OUT booking uuid, OUT vehicle bigint)
LANGUAGE plpgsql AS $$
BEGIN
    SELECT d.id INTO STRICT device FROM parking_gatedevice d WHERE d.device_id = way || '-' || zone;
    PERFORM FROM parking_gatedevice_zones z WHERE z.gatedevice_id = device AND z.parkingzone_id = zone;
    SELECT b.id, b.vehicle_id INTO STRICT booking, vehicle
        FROM parking_parkingbooking b JOIN parking_vehicle v ON v.id = b.vehicle_id
        JOIN parking_parkingzone z ON z.id = b.zone_id JOIN parking_tariffversion t ON t.id = b.tariff_id
        JOIN parking_policyversion p ON p.id = b.policy_id
        WHERE b.qr_code = bench_code(n) FOR NO KEY UPDATE OF b, v;
    PERFORM FROM parking_qrscanlog WHERE scanner_device_id = way || '-' || zone AND scan_id = 'scan-' || n;
    PERFORM (SELECT SUM(captured_minor - surplus_minor) FROM parking_payment
            WHERE booking_id = booking AND completed_at IS NOT NULL),
        (SELECT SUM(r.amount_minor) FROM parking_refund r JOIN parking_payment p ON p.id = r.payment_id
            WHERE p.booking_id = booking AND r.status <> 'FAILED' AND r.kind <> 'SURPLUS'),
        (SELECT SUM(amount_minor) FROM parking_adjustment WHERE booking_id = booking AND status = 'APPROVED');
END $$;

CREATE OR REPLACE FUNCTION bench_log(n integer, zone bigint, way varchar, device bigint, booking uuid, answer jsonb)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO parking_qrscanlog (scan_type, result, reason, qr_code, booking_id, device_id, scanner_device_id,
            scanner_location, caller, scanned_at, scan_id, answer)
        VALUES (way, 'SUCCESS', 'ok', bench_code(n), booking, device, way || '-' || zone, '',
            bench_gate_caller(way, zone), now(), 'scan-' || n, answer)
$$;

CREATE OR REPLACE FUNCTION bench_entry(n integer, zone bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    scan record;
    held record;
    session uuid := gen_random_uuid();
BEGIN
    SELECT * INTO scan FROM bench_scan(n, zone, 'ENTRY');
    SELECT a.id, a.slot_id, a.zone_id, s.number INTO STRICT held FROM parking_slotallocation a
        JOIN parking_parkingslot s ON s.id = a.slot_id WHERE a.booking_id = scan.booking AND a.released_at IS NULL;
    PERFORM FROM parking_parkingsession s WHERE s.vehicle_id = scan.vehicle AND s.exit_time IS NULL;
    PERFORM FROM parking_slotallocation a
        WHERE a.slot_id = held.slot_id AND a.released_at IS NULL AND a.booking_id <> scan.booking;
    UPDATE parking_slotallocation SET occupies_until = bench_in(3600), parked_at = now(), lapses_at = NULL
        WHERE id = held.id;
    UPDATE parking_parkingbooking SET status = 'USED' WHERE id = scan.booking;
    INSERT INTO parking_parkingsession (id, booking_id, zone_id, slot_id, vehicle_id, plate, status, entry_time)
        SELECT session, b.id, b.zone_id, held.slot_id, b.vehicle_id, b.plate, 'ACTIVE', now()
        FROM parking_parkingbooking b WHERE b.id = scan.booking;
    INSERT INTO parking_auditevent (at, action, caller, booking_id, data) VALUES (now(), 'session.entered',
        bench_gate_caller('ENTRY', zone), scan.booking, jsonb_build_object('session_id', session, 'slot', held.number));
    PERFORM bench_log(n, zone, 'ENTRY', scan.device, scan.booking, jsonb_build_object('answer', jsonb_build_object(
        'session_id', session, 'booking_id', scan.booking, 'slot_number', held.number, 'zone_name', 'Zone 00',
        'entry_time', now(), 'paid_until', bench_in(3600))));
    RETURN held.number;
END $$;

CREATE OR REPLACE FUNCTION bench_exit(n integer, zone bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    scan record;
    stay record;
BEGIN
    SELECT * INTO scan FROM bench_scan(n, zone, 'EXIT');
    SELECT s.id, s.entry_time, l.number INTO STRICT stay FROM parking_parkingsession s
        JOIN parking_parkingslot l ON l.id = s.slot_id WHERE s.booking_id = scan.booking;
    PERFORM FROM parking_quote q WHERE q.session_id = stay.id ORDER BY q.id DESC LIMIT 1;
    UPDATE parking_slotallocation SET released_at = now(), release_reason = 'EXITED', lapses_at = NULL
        WHERE booking_id = scan.booking AND released_at IS NULL;
    UPDATE parking_parkingbooking SET closed_at = now() WHERE id = scan.booking;
    UPDATE parking_parkingsession SET status = 'COMPLETED', exit_time = now(), billed_until = now(), gate_opened_at = now()
        WHERE id = stay.id;
    INSERT INTO parking_auditevent (at, action, caller, booking_id, data) VALUES (now(), 'session.left',
        bench_gate_caller('EXIT', zone), scan.booking,
        jsonb_build_object('session_id', stay.id, 'total_minor', 2000, 'refund_minor', 0));
    PERFORM bench_log(n, zone, 'EXIT', scan.device, scan.booking, jsonb_build_object('answer', jsonb_build_object(
        'session_id', stay.id, 'booking_id', scan.booking, 'slot_number', stay.number, 'zone_name', 'Zone 00',
        'entry_time', stay.entry_time, 'exit_time', now(), 'total_minutes', 30, 'billable_hours', 1,
        'total_minor', 2000, 'prepaid_minor', 2000, 'currency', 'INR', 'session_status', 'COMPLETED')));
    RETURN stay.number;
END $$;

CREATE OR REPLACE FUNCTION bench_zone_status(zone bigint)
RETURNS TABLE (id bigint, name varchar, currency varchar, definition jsonb, total bigint, inside bigint, held bigint, stays bigint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT z.id, z.name, t.currency, t.definition,
        (SELECT count(*) FROM parking_parkingslot s WHERE s.zone_id = zone AND s.in_service),
        a.inside, a.held,
        (SELECT count(*) FROM parking_parkingsession p WHERE p.zone_id = zone AND p.exit_time IS NULL)
    FROM parking_parkingzone z JOIN parking_tariffversion t ON t.id = z.tariff_id
    CROSS JOIN (SELECT count(*) FILTER (WHERE l.parked_at IS NOT NULL) AS inside,
            count(*) FILTER (WHERE l.parked_at IS NULL AND l.occupies_from <= now() AND l.lapses_at > now()) AS held
        FROM parking_slotallocation l WHERE l.zone_id = zone AND l.released_at IS NULL) a
    WHERE z.id = zone;
END $$;

CREATE OR REPLACE FUNCTION bench_zones()
RETURNS TABLE (id bigint, name varchar, currency varchar, definition jsonb, total bigint, inside bigint, held bigint, stays bigint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT z.id, z.name, t.currency, t.definition, s.total, a.inside, a.held, p.stays
    FROM parking_parkingzone z JOIN parking_tariffversion t ON t.id = z.tariff_id
    LEFT JOIN (SELECT o.zone_id, count(*) AS total FROM parking_parkingslot o
        WHERE o.in_service GROUP BY o.zone_id) s ON s.zone_id = z.id
    LEFT JOIN (SELECT l.zone_id, count(*) FILTER (WHERE l.parked_at IS NOT NULL) AS inside,
            count(*) FILTER (WHERE l.parked_at IS NULL AND l.occupies_from <= now() AND l.lapses_at > now()) AS held
        FROM parking_slotallocation l WHERE l.released_at IS NULL GROUP BY l.zone_id) a ON a.zone_id = z.id
    LEFT JOIN (SELECT i.zone_id, count(*) AS stays FROM parking_parkingsession i
        WHERE i.exit_time IS NULL GROUP BY i.zone_id) p ON p.zone_id = z.id
    WHERE z.is_open ORDER BY z.id;
END $$;
