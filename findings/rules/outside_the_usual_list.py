"""It is of a kind that the usual list of functions leaves out."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity

_WHERE = {
    "Web Function": "Lambda lists web functions by themselves",
    "Cloud Run function": "it is a Cloud Run service that was built from a function's source",
}


def look(seen: Seen) -> Iterator[Evidence]:
    told = _WHERE.get(str(seen.section("config").get("kind")))
    if told:
        yield Evidence(f"The usual list of functions leaves it out: {told}")


_CHECK = Check(look, needs=("config",))
_FIX = Fix(console="Nothing is to be mended. Make sure that inventories, guardrails and scanners know of this kind.")

RULE = Rule(
    id="outside_the_usual_list",
    title="The usual list of functions leaves it out",
    severity=Severity.INFO,
    subject=Subject.INVENTORY,
    why="Tools and rules that only know the older kinds do not see it, and so do not guard it.",
    checks={"aws": _CHECK, "gcp": _CHECK},
    fix={"aws": _FIX, "gcp": _FIX},
    fails=(function("aws", config={"kind": "Web Function"}), function("gcp", config={"kind": "Cloud Run function"})),
    passes=(
        function("aws", config={"kind": "Event Function"}),
        function("gcp", config={"kind": "Cloud Function (2nd gen)"}),
    ),
    catalogue=("INV-04",),
)
