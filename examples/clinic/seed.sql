-- What the clinic starts with: 4 therapists, 100 clients, 10 services, 100 weeks of appointments with
-- their sessions, one user.
-- Idempotent: psql "$CLINIC_DSN" -f seed.sql, after schema.sql
BEGIN;

INSERT INTO workspaces (id, name) VALUES (1, 'PazPaz') ON CONFLICT DO NOTHING;

-- The user of the load scenario: test@pazpaz.com / testpass
INSERT INTO users (id, workspace_id, email, name, password_hash) VALUES
    (1, 1, 'test@pazpaz.com', 'Test User',
     'pbkdf2-sha256$50000$8f1c3e5a7b9d20416283a4c5e6f70819$f715afc78bc08871f2975dff48e81a51dcfa0006ba9b145ecbdb1abfa43465a8')
ON CONFLICT DO NOTHING;

INSERT INTO therapists (id, workspace_id, name)
SELECT n, 1, 'Therapist ' || n FROM generate_series(1, 4) AS n
ON CONFLICT DO NOTHING;

INSERT INTO clients (id, workspace_id, therapist_id, name, email, phone)
SELECT n, 1, 1 + n % 4, 'Client ' || n, 'client' || n || '@example.com', '555-0' || 100 + n
FROM generate_series(1, 100) AS n
ON CONFLICT DO NOTHING;

INSERT INTO services (id, workspace_id, name, duration_minutes, price_cents) VALUES
    (1, 1, 'First consultation', 60, 9000),
    (2, 1, 'Follow-up', 30, 5000),
    (3, 1, 'Physiotherapy', 45, 7000),
    (4, 1, 'Massage', 60, 8000),
    (5, 1, 'Short massage', 30, 4500),
    (6, 1, 'Speech therapy', 45, 7500),
    (7, 1, 'Occupational therapy', 60, 8500),
    (8, 1, 'Group exercise', 90, 2500),
    (9, 1, 'Posture check', 20, 3000),
    (10, 1, 'Discharge review', 30, 4000)
ON CONFLICT DO NOTHING;

-- 100 weeks, up to that of 21 October 2024: Monday to Friday, 6 a day and therapist, on the hour from 9. That many, so
-- that PostgreSQL plans for a table that has grown.
INSERT INTO appointments (id, workspace_id, client_id, service_id, therapist_id, start_time, duration_minutes, status)
SELECT 1 + n, 1, 1 + n % 100, 1 + (n / 7) % 10, 1 + (n / 6) % 4, start_time, 45,
       CASE WHEN start_time < '2024-10-23' THEN 'done' ELSE 'booked' END
FROM generate_series(0, 24 * 5 * 100 - 1) AS n,
     LATERAL (SELECT timestamp '2022-11-28 09:00' + n / 120 * interval '1 week' + n % 120 / 24 * interval '1 day'
                     + n % 6 * interval '1 hour' AS start_time) AS slot
ON CONFLICT DO NOTHING;

INSERT INTO sessions (id, workspace_id, appointment_id, notes, created_at)
SELECT id, 1, id, 'As planned.', start_time + duration_minutes * interval '1 minute'
FROM appointments
WHERE status = 'done' AND id <= 12000
ON CONFLICT DO NOTHING;

-- The ids above were given, so the sequences are moved past them.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['workspaces', 'users', 'therapists', 'clients', 'services', 'appointments', 'sessions'] LOOP
        EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, ''id''), max(id)) FROM %I', name, name);
    END LOOP;
END $$;

COMMIT;

-- Its own tables alone: the database may hold others', and who reads them.
ANALYZE workspaces, users, therapists, clients, services, appointments, sessions;
