"""Every cloud: identities of other accounts that functions of an account run as, and who else runs as its own."""

from __future__ import annotations

from typing import Any

from django.db.models import Count

from inventory.models import Account, Function, Identity

Json = Any


def facts(account: Account) -> Json:
    """What is known of each identity of another account that functions of this one run as, and how many functions of
    each other account run as an identity that functions of this one run as, too."""
    named = _named(account)
    elsewhere = Identity.objects.filter(provider=account.provider, native_id__in=named).exclude(account=account)
    lent = elsewhere.order_by("native_id", "account__native_id").values_list(
        "native_id", "account__native_id", "gone_at", "resource__latest__digest", "resource__unread",
        "posture__privilege", "posture__classes", "posture__callers", "posture__paths", "posture__confirmed_paths",
    )  # fmt: skip
    others = Function.objects.filter(identity_native_id__in=named, gone_at=None).exclude(account=account)
    shared = others.order_by("identity_native_id", "account__native_id").values_list(
        "identity_native_id", "account__native_id"
    )
    return [
        [[*row[:2], row[2] is not None, *row[3:]] for row in lent],
        list(map(list, shared.annotate(number=Count("pk")))),
    ]


def _named(account: Account) -> set[str]:
    """Whom its functions run as. An app of Azure's may have several identities; the column holds the first."""
    present = Function.objects.filter(account=account, gone_at=None)
    found = set(present.exclude(identity_native_id="").order_by().values_list("identity_native_id", flat=True))
    if account.provider == "azure":
        for told in present.order_by().values_list("resource__latest__document__identity__identities", flat=True):
            found.update(str(one["id"]) for one in told or () if one.get("id"))
    return found
