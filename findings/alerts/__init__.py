"""Channels: each file here is a way to tell people (docs/alerts.md says how to add one)."""
