-- Lets a role of its own run Fanlight without the right to change or delete what the audit log says, or any table's shape.
-- PostgreSQL 13 or later; run as the owner of the tables, again after each `manage.py migrate`:
--
--   psql "$OWNER_DATABASE_URL" -v app=fanlight_app -f deploy/database-roles.sql
--
-- Make the role first, with a password: CREATE ROLE fanlight_app LOGIN PASSWORD '…'. Web, workers and scheduler then have
-- it in DATABASE_URL; `manage.py migrate` and `restore_drill` keep the owner's.
\set ON_ERROR_STOP on
BEGIN;
GRANT USAGE ON SCHEMA public TO :"app";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"app";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :"app";
-- The audit log is only ever added to.
REVOKE UPDATE, DELETE, TRUNCATE ON inventory_auditentry FROM :"app";
-- Which migrations were applied is the owner's to say.
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM :"app";
COMMIT;
