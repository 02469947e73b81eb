"""All that an installation knows, in an order of its own, to be compared with what another one knows."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Count

from findings.models import Finding
from inventory.models import Activity, Binding, Change, Function, Grant, IdentityPosture, Posture, Resource, Snapshot

Rows = list[Any]
OF = ("account__provider", "account__native_id")


def everything() -> dict[str, Rows]:
    """What is known and what became of it, by table, without the times at which it was learnt."""
    posture = ("privilege", "invoke", "deploy", "latent", "reach", "egress", "worst")
    # Whether a party is a stranger hangs on which accounts were read before: such a finding may have come and gone.
    findings = Finding.objects.exclude(rule__startswith="foreign_", state="resolved")
    tables = {
        "resources": Resource.objects.values_list(*OF, "kind", "native_id", "latest__digest", "latest__number"),
        "gone": Resource.objects.exclude(gone_at=None).values_list(*OF, "kind", "native_id"),
        "snapshots": Snapshot.objects.values_list("resource__uid", "number", "digest"),
        "functions": Function.objects.values_list(*OF, "resource__native_id", "name", "runtime"),
        "bindings": Binding.objects.values_list("function__resource__native_id").annotate(Count("pk")),
        "grants": Grant.objects.values_list("identity__resource__native_id").annotate(Count("pk")),
        "postures": Posture.objects.values_list("function__resource__uid", *posture),
        "identities": IdentityPosture.objects.values_list("identity__resource__uid", "privilege", "paths"),
        "changes": Change.objects.values_list("resource__uid", "snapshot__number", "event", "risk", "search_text",
                                              "became_public", "gained_admin", "told", "actor"),
        "activity": Activity.objects.values_list(*OF, "event_id"),
        "findings": findings.values_list("rule", "resource__uid", "state", "severity", "faults", "because"),
    }  # fmt: skip
    return {name: sorted(rows.order_by(), key=str) for name, rows in tables.items()}


def differences(these: dict[str, Rows], those: dict[str, Rows]) -> dict[str, Rows]:
    """What one has and the other has not, by table; a row that is there twice differs from one that is there once."""
    counted = {name: (Counter(these[name]), Counter(those[name])) for name in these}
    apart = {name: sorted({*(here - there), *(there - here)}, key=str) for name, (here, there) in counted.items()}
    return {name: rows[:20] for name, rows in apart.items() if rows}
