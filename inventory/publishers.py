"""Who publishes layers for everybody, from a dated table. No Django here."""

import csv
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "tables" / "layer_publishers.csv"


@cache
def publishers() -> dict[str, str]:
    """The publishers' AWS account numbers, each with who it is."""
    with TABLE.open(newline="") as source:
        rows = csv.DictReader(line for line in source if not line.startswith("#"))
        return {row["account"]: row["publisher"] for row in rows}
