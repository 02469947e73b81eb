"""Texts that a spreadsheet would calculate with, in every text column that people or clouds fill and exports tell."""

from __future__ import annotations

from django.db.models import CharField, Model, Value
from django.db.models.functions import Cast, Concat

from collectors.models import Run
from findings.models import Finding
from inventory.audit import audit
from inventory.models import (
    Account,
    AccountGroup,
    Activity,
    Binding,
    Change,
    EntryPoint,
    ExposedBinding,
    Function,
    Identity,
    Privilege,
    Resource,
    Tag,
    Trigger,
    Trust,
    User,
)

#: What a cell may begin with that means something to a spreadsheet, plain and in full width; and behind an apostrophe.
STARTS = ("=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "＋", "－", "＠", "|", "%", "'=")
WORDS = "cmd|' /C calc'!A0 "
COLUMNS: dict[type[Model], tuple[str, ...]] = {
    Account: ("name", "organisation"),
    AccountGroup: ("name",),
    Activity: ("actor", "action", "user_agent", "source_ip", "region"),
    Binding: ("principal", "via", "qualifier", "source"),
    Change: ("actor",),
    EntryPoint: ("url", "kind", "qualifier"),
    ExposedBinding: ("principal", "via", "qualifier", "condition"),
    Finding: ("reason", "because", "region"),
    Function: ("name", "native_id", "region", "kind", "runtime", "package", "architecture", "state", "code_sha",
               "identity_native_id", "network", "url_auth", "key", "variables"),
    Identity: ("name", "native_id", "boundary"),
    Privilege: ("via", "scope", "condition"),
    Resource: ("name", "native_id", "region"),
    Run: ("error",),
    Tag: ("value",),
    Trigger: ("kind", "source", "state"),
    Trust: ("reason", "by_name"),
    User: ("first_name", "last_name", "username"),
}  # fmt: skip


def plant(start: str) -> None:
    """Fill every column with a formula, and tell the audit log of it."""
    for model, names in COLUMNS.items():
        rows = model._default_manager.all()
        for name in names:
            longest = getattr(model._meta.get_field(name), "max_length", None)
            text = f"{start}{WORDS if longest is None or longest > 40 else ''}"
            if longest is None or longest > 8:
                rows.update(**{name: Concat(Value(text), Cast("pk", CharField()))})
    Tag.objects.exclude(key="owner").update(key=Concat(Value(start + WORDS), Cast("pk", CharField())))
    Finding.objects.update(evidence=[{"says": start + WORDS, "about": start + WORDS}])
    audit("export", by=User.objects.order_by("pk")[0], of=Account.objects.get(), after={"query": start + WORDS})
