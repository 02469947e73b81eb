"""Everything that leaves as a file: what is in a cell stays words."""
