"""Google: the hierarchy of all projects, roles that more than one project may use, and bindings elsewhere that name the
service accounts of a project (`judges._google`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from findings.judges._google import bindings_of, inherits, number_of, of_service_accounts, stored_rows
from inventory.history import canonical, digest
from inventory.models import Account, Identity, Resource

Json = Any
_ACCOUNT = "serviceAccount:"


def facts(accounts: Collection[Account]) -> dict[int, Json]:
    """Of each project by its key."""
    levels = [row for row in stored_rows("account") if row.document]
    hierarchy = digest([_level(row) for row in levels])
    roles = _roles()
    everywhere = [name for name in roles if name.startswith("organizations/")]
    places = _places(levels)
    found: dict[int, Json] = {}
    for account in accounts:
        emails = Identity.objects.filter(account=account, gone_at=None).values_list("native_id", flat=True)
        bound = sorted((email, told, role) for email in emails for told, role in places.get(email, ()))
        used = {role for *_, role in bound if role in roles}
        found[account.pk] = [hierarchy, bound, [(name, roles[name]) for name in sorted({*everywhere, *used})]]
    return found


def _level(row: Resource) -> Json:
    config = row.document.get("config") or {}
    return [row.account_id, row.native_id, row.name, list(inherits(row)), number_of(row), config.get("customer")]


def _roles() -> dict[str, str]:
    """Roles of organisations and projects, with a digest of all that was read of each."""
    rows = stored_rows("policy").exclude(native_id__startswith="roles/")
    found: defaultdict[str, list[str]] = defaultdict(list)
    for native_id, told in rows.values_list("native_id", "latest__digest"):
        found[native_id].append(told or "")
    return {name: digest(sorted(set(told))) for name, told in found.items()}


def _places(levels: list[Resource]) -> dict[str, set[tuple[str, str]]]:
    """What is bound to each service account in a policy of a level or of a service account: a digest, and the role."""
    found: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for on, binding in _bindings(levels):
        told: tuple[str, str] | None = None
        for member in map(str, binding.get("members") or ()):
            if member.startswith(_ACCOUNT):
                told = told or _told(on, binding)
                found[member.removeprefix(_ACCOUNT)].add(told)
    return found


def _bindings(levels: list[Resource]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    yield from ((row.native_id, binding) for row in levels for binding in bindings_of(row))
    yield from of_service_accounts()


def _told(on: str, binding: Mapping[str, Json]) -> tuple[str, str]:
    what = {name: value for name, value in binding.items() if name != "members"}
    return digest([on, canonical(what)]), str(binding.get("role") or "")
