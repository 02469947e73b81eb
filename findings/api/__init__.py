"""The REST API of findings: reading them and the rules, and triage."""
