"""Where traffic can come from and go to, as far as it was read."""

from __future__ import annotations

from typing import Any

from findings.pages import _because as because
from findings.pages.function.sentence import summary
from findings.pages.function.settings import settings_of
from findings.pages.function.subject import Subject

PARTS = (
    ("ingress", "Ways in"),
    ("scm_ingress", "Ways in to the deployment site"),
    ("egress", "Ways out"),
    ("network_egress", "Ways out of its network"),
    ("subnets", "Subnets"),
    ("security_groups", "Security groups"),
    ("endpoints", "Private endpoints"),
)


def context(subject: Subject) -> dict[str, Any]:
    section, fronts = subject.section("network"), subject.section("fronts")
    known = section if isinstance(section, dict) else {}
    shown = {name for name, _ in PARTS}
    return {
        "network": section,
        "network_unread": subject.unread.get("network"),
        "verdict": summary(subject)[-1],
        "reasons": because.reasons(subject.posture, "egress"),
        "parts": [
            (title, name, settings_of("network", {name: known[name]}) if name in known else None)
            for name, title in PARTS
            if name in known
        ],
        "fronts": settings_of("fronts", fronts) if fronts and fronts.get("fronts") else None,
        "fronts_unread": subject.unread.get("fronts"),
        "rest": settings_of("network", {key: value for key, value in known.items() if key not in shown}),
        "entry_points": list(subject.function.entry_points.order_by("kind", "url")),
    }
