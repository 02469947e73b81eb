"""How often a function is called: what the metrics told last, or why they did not."""

from __future__ import annotations

from dataclasses import dataclass

from findings.pages.function.subject import Subject
from inventory.models import ScopeCoverage, Use

#: The part of a scope's coverage that tells how the metrics were read.
PART = "invocations"


@dataclass(frozen=True)
class Shown:
    """`told` is the stored row (None: nothing was ever looked up), `why` why the last look told nothing, `young` that
    the function is known for a shorter time than was looked back."""

    told: Use | None
    why: str = ""

    @property
    def young(self) -> bool:
        told = self.told
        return bool(told and told.known_since and told.looked_from and told.known_since > told.looked_from)


def use_of(subject: Subject) -> Shown:
    told = Use.objects.filter(function=subject.function.pk).first()
    if told and told.unread:
        return Shown(told, str(told.unread.get("reason", "")))
    covered = ScopeCoverage.objects.filter(scope=subject.resource.scope_id, part=PART).first()
    if covered is not None and covered.state != "complete":
        return Shown(told, covered.reason)
    if told is None or told.read_at is None:
        return Shown(told, "The metrics were not asked about it yet; they are asked once a day.")
    return Shown(told)
