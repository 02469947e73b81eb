"""The REST API of collecting: runs and coverage."""
