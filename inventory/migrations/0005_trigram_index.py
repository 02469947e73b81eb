"""On PostgreSQL, an index on parts of texts for the search; left out where pg_trgm may not be created (search still works)."""

from django.db import ProgrammingError, migrations, transaction

INDEX = "function_search_text_trgm"


def create(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'")
        if not cursor.fetchone()[0]:
            return
        try:
            with transaction.atomic(using=schema_editor.connection.alias):
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        except ProgrammingError:
            # Not allowed to: an administrator may create the extension and the index later (docs/operations).
            return
        cursor.execute(f"CREATE INDEX IF NOT EXISTS {INDEX} ON inventory_function USING gin (search_text gin_trgm_ops)")


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {INDEX}")


class Migration(migrations.Migration):
    dependencies = [("inventory", "0004_search_columns")]
    operations = [migrations.RunPython(create, drop)]
