"""The API reference: what the schema tells, grouped by subject, with examples that tests run."""
