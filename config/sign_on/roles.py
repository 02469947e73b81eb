"""What a provider's groups may do here: worked out anew at each sign-in, and nothing besides is left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from inventory.audit import audit
from inventory.models import Assignment, GroupRole, IdentityProvider, Role, User

_RANK = list(Role.values)


def roles_for(provider: IdentityProvider, groups: Iterable[str]) -> list[GroupRole]:
    """What these groups may do, by the provider's list."""
    told = provider.roles.filter(name__in=list(groups)).select_related("account", "group")
    return list(told)


def renew(request: HttpRequest, user: User, provider: IdentityProvider, roles: list[GroupRole]) -> None:
    """Give a person these roles and no others, and write down what changed."""
    everywhere = max((one.role for one in roles if not (one.account_id or one.group_id)), key=_RANK.index, default="")
    wanted = {(one.role, one.account_id, one.group_id) for one in roles if one.account_id or one.group_id}
    held = {(one.role, one.account_id, one.group_id): one for one in user.assignments.all()}
    if user.role == everywhere and wanted == set(held):
        return
    before = _told(user)
    with transaction.atomic():
        user.role = everywhere
        user.save(update_fields=["role"])
        Assignment.objects.filter(pk__in=[one.pk for key, one in held.items() if key not in wanted]).delete()
        for role, account, group in sorted(wanted - set(held), key=str):
            Assignment.objects.create(user=user, role=role, account_id=account, group_id=group)
        audit("role", request, by=user, of=user, before=before, after={**_told(user), "through": provider.name})
    user.__dict__.pop("_held", None)


def _told(user: User) -> dict[str, Any]:
    given = user.assignments.select_related("account", "group").order_by("pk")
    return {"on all accounts": user.role, "elsewhere": [str(one) for one in given]}
