"""Findings and their lifecycle; none are kept before rules judge."""
