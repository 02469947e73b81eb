"""Policy questions with expected answers, kept beside the project; read when they are there."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

VECTORS = Path(__file__).parents[4] / "shared" / "corpus" / "vectors"
Vector = dict[str, Any]


def read(cloud: str) -> list[Vector]:
    """All vectors of a cloud (every `<cloud>.*.jsonl`). Skips the test when there are none."""
    files = sorted(VECTORS.glob(f"{cloud}.*.jsonl"))
    if not files:
        pytest.skip(f"no vectors for {cloud} beside the project")
    return [json.loads(line) for file in files for line in file.read_text().splitlines() if line]


def mismatches(vectors: list[Vector], answer: Callable[[Vector], Any]) -> list[str]:
    """One line for each wrong answer; prints a tally per area."""
    wrong, asked, right = [], Counter[str](), Counter[str]()
    for vector in vectors:
        expected, got = vector.get("ruling", vector["expected"]), answer(vector)
        asked[vector["area"]] += 1
        right[vector["area"]] += expected == got
        if expected != got:
            wrong.append(f"{vector['id']}: expected {expected}, got {got}: {json.dumps(vector['inputs'])}")
    for area in sorted(asked):
        print(f"{area}: {right[area]} of {asked[area]}")
    return wrong
