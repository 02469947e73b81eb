"""Faults of a cloud, over real HTTP: what they may cost, and what not."""
