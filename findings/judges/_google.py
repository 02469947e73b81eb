"""What is stored of Google's hierarchy: levels, roles, and whatever else names a service account of a project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import QuerySet

from findings.access.gcp import Trust
from inventory.models import Account, Identity, Resource

Json = Any
_ACCOUNT = "serviceAccount:"


class Hierarchy:
    """The projects that are connected, what is above them, and the roles known in them."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.levels = [row for row in self._own_last("account") if row.document]
        self.above = {row.native_id: tuple(inherits(row)) for row in self.levels}
        self.roles = dict(_roles(self._own_last("policy"), account))

    def _own_last(self, kind: str) -> list[Resource]:
        """What several projects were told of, in an order that does not hang on which was read first: the word of our
        own counts, else that of the last by its id."""
        return sorted(stored_rows(kind), key=lambda row: row.account_id == self.account.pk)

    def trust(self) -> Trust:
        """Our domains, customer ids and projects, and what is above these.

        Only an organisation above a project of our own is ours. Its display name is its primary domain (Resource
        Manager v3), its customer id that of its Workspace or Cloud Identity account.
        """
        own = Account.objects.filter(provider=self.account.provider, stance=Account.Stance.OWN)
        known = {f"projects/{native_id}" for native_id in own.values_list("native_id", flat=True)}
        above = {name for project in known for name in self.above.get(project, ())}
        ours = [row for row in self.levels if row.native_id in known]
        organisations = [row for row in self.levels if row.native_id in above and _is_organisation(row)]
        domains = {row.name.lower() for row in organisations if "." in row.name and " " not in row.name}
        customers = {str((row.document.get("config") or {}).get("customer") or "") for row in organisations} - {""}
        numbers = {f"projects/{number}" for row in ours if (number := number_of(row))}
        return Trust(frozenset(domains), frozenset(customers), frozenset(known | numbers | above))

    def names(self, project: str) -> tuple[str, ...]:
        """Both names of a project: with its id, and its number where that was read."""
        numbers = [number_of(row) for row in self.levels if row.native_id == project]
        return (project, *(f"projects/{number}" for number in numbers if number))

    def ancestors(self, resource: str) -> tuple[str, ...]:
        """The project of a resource and what is above it; of a level, what is above that."""
        if resource in self.above:
            return self.above[resource]
        project = "/".join(resource.split("/")[:2])
        return (*self.names(project), *self.above.get(project, ())) if project.startswith("projects/") else ()

    def elsewhere(self) -> dict[str, list[Json]]:
        """Bindings in other projects, and in the policies of service accounts, by the e-mail that they name."""
        home = f"projects/{self.account.native_id}"
        known = {home, *self.above.get(home, ())}
        emails = set(Identity.objects.filter(account=self.account, gone_at=None).values_list("native_id", flat=True))
        found: dict[str, dict[str, Json]] = {}
        places = [(row.native_id, binding) for row in self.levels for binding in bindings_of(row)]
        for on, binding in [*(place for place in places if place[0] not in known), *of_service_accounts()]:
            for member in binding.get("members", ()):
                email = str(member).removeprefix(_ACCOUNT)
                if member.startswith(_ACCOUNT) and email in emails:
                    told = {"on": on, **binding, "members": [member]}
                    found.setdefault(email, {})[repr(sorted(told.items()))] = told
        return {email: list(told.values()) for email, told in found.items()}


def stored_rows(kind: str) -> QuerySet[Resource]:
    """Present resources of a kind in all projects, ordered by what they are, never by when they were read."""
    rows = Resource.objects.filter(provider="gcp", kind=kind, gone_at=None).select_related("latest")
    return rows.order_by("account__native_id", "native_id")


def _is_organisation(row: Resource) -> bool:
    return row.native_id.startswith("organizations/")


def inherits(row: Resource) -> Iterator[str]:
    """The levels above one, nearest first."""
    yield from (row.document.get("organisation") or {}).get("inherits", [])


def number_of(row: Resource) -> str:
    """A project's number; "" where it was not read."""
    return str((row.document.get("config") or {}).get("number") or "")


def bindings_of(row: Resource) -> Iterator[Mapping[str, Json]]:
    """Each binding in the policies of a level."""
    for policy in (row.document.get("access") or {}).get("policies", []):
        yield from policy.get("bindings", [])


def of_service_accounts() -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Each binding in the policy of a service account, with the name that the account's own policy has."""
    present = Identity.objects.filter(account__provider="gcp", gone_at=None).order_by("native_id", "account__native_id")
    rows = present.values_list(
        "account__native_id", "native_id", "resource__latest__document__trust__document__bindings"
    )
    for project, email, bindings in rows:
        for binding in bindings or ():
            yield f"projects/{project}/serviceAccounts/{email}", binding


def _roles(rows: Iterable[Resource], account: Account) -> Iterator[tuple[str, frozenset[str]]]:
    """The roles that were read, with their permissions; a disabled or deleted one grants nothing.

    Predefined roles are alike everywhere, so those of one project suffice; others come from the bundled catalogue.
    """
    for row in rows:
        told = (row.document.get("document") or {}).get("document")
        if told is not None and (row.account_id == account.pk or not row.native_id.startswith("roles/")):
            off = told.get("stage") == "DISABLED" or (row.document.get("config") or {}).get("deleted")
            yield row.native_id, frozenset(() if off else told.get("includedPermissions", ()))
