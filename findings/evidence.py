"""The evidence of a fault as it is kept: bounded, always in the same order. No Django here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from findings.rule import Evidence
from findings.severity import Severity
from inventory.history import clean, digest

#: So many faults of one finding are kept, gravest first; how many there are is told beside them.
MOST = 20
LONGEST_SENTENCE = 600
#: Details beyond so many characters of JSON are left out: the resource's own page has them whole.
LARGEST_DETAIL = 4000


@dataclass(frozen=True, slots=True)
class Told:
    """What a failing rule says of a resource, ready to be kept. `abouts` tells what the faults are about, in short."""

    severity: Severity
    because: str
    evidence: list[dict[str, Any]]
    faults: int
    digest: str
    abouts: str


def told(faults: Sequence[Evidence], usual: Severity, severity: Severity, because: str) -> Told:
    """The faults of a judgement; `usual` is the severity of those that name none, `severity` that of them all."""
    ranked = sorted(faults, key=lambda fault: (-(fault.severity or usual).rank, fault.about, fault.says))
    kept = [_kept(fault, usual) for fault in ranked[:MOST]]
    abouts = digest(sorted(fault.about for fault in faults))
    because = str(clean(because))[:500]
    return Told(severity, because, kept, len(faults), digest([severity.value, because, len(faults), kept]), abouts)


def _kept(fault: Evidence, usual: Severity) -> dict[str, Any]:
    return {
        "says": str(clean(fault.says))[:LONGEST_SENTENCE],
        "about": str(clean(fault.about))[:LONGEST_SENTENCE],
        "severity": (fault.severity or usual).value,
        "because": str(clean(fault.because))[:LONGEST_SENTENCE],
        "detail": _detail(fault),
    }


def _detail(fault: Evidence) -> Any:
    text = json.dumps(clean(dict(fault.detail)), sort_keys=True, default=str)
    return json.loads(text) if len(text) <= LARGEST_DETAIL else {}
