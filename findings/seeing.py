"""Load what rules get to see: functions with all around them, a batch at a time in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from findings import readings
from findings.onward import Onward
from findings.seen import (
    Seen,
    SeenActivity,
    SeenBinding,
    SeenGrant,
    SeenIdentity,
    SeenPosture,
    SeenPower,
    SeenUse,
    Zone,
    identity_ids,
)
from inventory.facts import ReadState
from inventory.models import (
    Account,
    Activity,
    Binding,
    Function,
    Grant,
    Identity,
    Posture,
    Privilege,
    Resource,
    ScopeCoverage,
    Tag,
    Use,
)

Json = Any
#: How far back activity is shown to rules, and how much of it of one function.
ACTIVITY_DAYS = 30
MOST_ACTIVITY = 50


class Seeing:
    """Loads what rules see of the functions and of the account itself, of one account at one time.

    What belongs to the account is read once, statements once each however many functions share them.
    """

    def __init__(self, account: Account, at: datetime) -> None:
        self.account, self.at = account, at
        self.zone = zone_of(account)
        self._settings = list(
            Resource.objects.filter(account=account, kind="account", gone_at=None).select_related("latest")
        )
        self._grants: dict[int, tuple[SeenGrant, ...]] = {}
        self._onward = Onward(account)

    def functions(self, functions: Sequence[Function]) -> Iterator[tuple[int, Seen]]:
        """Each of these present functions by its id, as seen; their `resource.latest` must be loaded."""
        pks = [function.pk for function in functions]
        tags = _grouped(Tag.objects.filter(function__in=pks).values_list("function_id", "key", "value"))
        bindings = self._bindings(pks)
        activity = self._activity(pks)
        postures = {row.pk: posture(row) for row in Posture.objects.filter(function__in=pks)}
        identities = self._identities(functions)
        used = {row.pk: use(row) for row in Use.objects.filter(function__in=pks)}
        changes = readings.code_changes(pks, self.at - timedelta(days=ACTIVITY_DAYS))
        for function in functions:
            named = identity_ids(function.resource.document) or ()
            known_since, log_until = self._scopes.get(function.resource.scope_id, (None, None))
            yield (
                function.pk,
                replace(
                    self._subject(function.resource),
                    region=function.region,
                    tags=dict(tags.get(function.pk, ())),
                    posture=postures.get(function.pk, SeenPosture()),
                    bindings=bindings.get(function.pk, ()),
                    identities=tuple(identities.get(one) or SeenIdentity(one, known=False) for one in named),
                    activity=activity.get(function.pk, ()),
                    runtime=function.runtime,
                    runtime_ends=function.runtime_eol,
                    code_changes=changes.get(function.pk, ()),
                    known_since=known_since,
                    log_until=log_until,
                    use=used.get(function.pk),
                ),
            )

    def accounts(self) -> Iterator[tuple[int, Seen]]:
        """Each of the account's own resources (the account, its regions, its levels) by its id, as seen."""
        for resource in self._settings:
            reading = readings.reading_of(self.account, self.at) if self._is_own(resource) else None
            yield resource.pk, replace(self._subject(resource), reading=reading)

    def _subject(self, resource: Resource) -> Seen:
        document, unread = self._account(resource.region)
        return Seen(
            kind=resource.kind, provider=resource.provider, account=self.account.native_id, region=resource.region,
            native_id=resource.native_id, name=resource.name, at=self.at, document=resource.document,
            unread=reasons(resource.unread), account_document=document, account_unread=unread, zone=self.zone,
            first_seen=resource.first_seen, seen_at=resource.seen_at, listings=self._listings,
            account_identities=self._account_identities,
        )  # fmt: skip

    @cached_property
    def _scopes(self) -> dict[int, tuple[datetime | None, datetime | None]]:
        """When each scope was read for the first time, and up to when its log was read."""
        rows = self.account.scopes.values_list("pk", "first_read_at", "activity_until")
        return {pk: (first, until) for pk, first, until in rows}

    @cached_property
    def _account_identities(self) -> dict[str, str]:
        """What each identity of the account may do, in a word."""
        rows = Identity.objects.filter(account=self.account).order_by("pk")
        told = rows.values_list("native_id", "gone_at", "posture__privilege")
        return {name: "gone" if gone else privilege or "unknown" for name, gone, privilege in told}

    @cached_property
    def _listings(self) -> dict[str, str]:
        """How each listing of the account was read last; the worst of its scopes where it has several."""
        found: dict[str, str] = {}
        rows = ScopeCoverage.objects.filter(scope__account=self.account, listing=True).order_by("pk")
        for part, state in rows.values_list("part", "state"):
            found[part] = state if found.get(part, ReadState.COMPLETE) == ReadState.COMPLETE else found[part]
        return found

    def _account(self, region: str) -> tuple[Mapping[str, Json], Mapping[str, str]]:
        """The sections of the account and of one of its regions, and why some could not be read."""
        document: dict[str, Json] = {}
        unread: dict[str, str] = {}
        for resource in self._settings:
            if self._is_own(resource) or (region and resource.region == region):
                document.update(resource.document)
                unread.update(reasons(resource.unread))
        return document, unread

    def _is_own(self, resource: Resource) -> bool:
        """Whether these are settings of the account as a whole, and not of a region or of a level above it."""
        number = self.account.native_id
        return resource.native_id in (number, f"projects/{number}", f"/subscriptions/{number}".lower())

    def _bindings(self, pks: Sequence[int]) -> dict[int, tuple[SeenBinding, ...]]:
        rows = Binding.objects.filter(function__in=pks).order_by("pk")
        return _grouped(
            (
                row.function_id,
                SeenBinding(
                    row.principal, row.principal_kind, tuple(row.actions), row.via, row.qualifier, row.effect,
                    row.condition, row.source,
                ),
            )
            for row in rows
        )  # fmt: skip

    def _activity(self, pks: Sequence[int]) -> dict[int, tuple[SeenActivity, ...]]:
        since = self.at - timedelta(days=ACTIVITY_DAYS)
        rows = Activity.objects.filter(resource__in=pks, at__gt=since, at__lte=self.at).order_by("-at", "-pk")
        found = _grouped(
            (row.resource_id, SeenActivity(row.at, row.action, row.actor, row.actor_kind, row.outcome, row.source_ip))
            for row in rows
            if row.resource_id
        )
        return {pk: told[:MOST_ACTIVITY] for pk, told in found.items()}

    def _identities(self, functions: Sequence[Function]) -> dict[str, SeenIdentity]:
        """The identities these functions run as, by native id; that of their own account goes before another's."""
        named = {one for function in functions for one in identity_ids(function.resource.document) or ()}
        rows = Identity.objects.filter(provider=self.account.provider, native_id__in=named)
        loaded = sorted(
            rows.select_related("resource__latest", "posture", "account"),
            key=lambda row: (row.account_id == self.account.pk, row.gone_at is None),
        )
        best = {row.native_id: row for row in loaded}
        pks = [row.pk for row in best.values()]
        powers, self_grants = _powers(pks), self._granted(pks)
        return {
            native_id: self._identity(row, powers.get(row.pk, ()), self_grants.get(row.pk, ()))
            for native_id, row in best.items()
        }

    def _identity(self, row: Identity, powers: tuple[SeenPower, ...], grants: tuple[SeenGrant, ...]) -> SeenIdentity:
        judged = getattr(row, "posture", None)
        privilege = judged.privilege if judged else "unknown"
        return SeenIdentity(
            native_id=row.native_id, name=row.name, account=row.account.native_id, gone=row.gone_at is not None,
            document=row.resource.document, unread=reasons(row.resource.unread), privilege=privilege, powers=powers,
            grants=grants, last_used_at=row.last_used_at,
            onward=self._onward.of(row.native_id, privilege, judged.callers if judged else (), grants),
        )  # fmt: skip

    def _granted(self, pks: Sequence[int]) -> dict[int, tuple[SeenGrant, ...]]:
        missing = [pk for pk in pks if pk not in self._grants]
        rows = Grant.objects.filter(identity__in=missing).select_related("statement").order_by("pk")
        found = _grouped((row.identity_id, _grant(row)) for row in rows)
        self._grants.update((pk, found.get(pk, ())) for pk in missing)
        return {pk: self._grants[pk] for pk in pks}


def zone_of(account: Account) -> Zone:
    """What is ours, as seen from this account: the accounts connected as our own, and those we trust."""
    same = Account.objects.filter(provider=account.provider)
    own, organisations, trusted, others = set(), set(), set(), set()
    for native_id, stance, organisation in same.values_list("native_id", "stance", "organisation"):
        if stance == Account.Stance.OWN:
            own.add(native_id)
            organisations.update({organisation} - {""})
        elif stance == Account.Stance.TRUSTED:
            trusted.add(native_id)
        else:
            others.add(native_id)
    return Zone(frozenset(own), frozenset(organisations), frozenset(trusted), frozenset(others))


def posture(row: Posture) -> SeenPosture:
    """A stored posture as rules see it."""
    because = row.because
    return SeenPosture(
        privilege=row.privilege, classes=tuple(row.classes), invoke=row.invoke, deploy=row.deploy, latent=row.latent,
        reach=row.reach, egress=row.egress, shared_by=row.shared_by, ways_in=tuple(because.get("invoke", ())),
        ways_to_deploy=tuple(because.get("deploy", ())), egress_because=tuple(map(str, because.get("egress", ()))),
    )  # fmt: skip


def use(row: Use) -> SeenUse:
    """What the metrics told of a function, as rules see it."""
    return SeenUse(
        row.read_at, row.looked_from, row.known_since, row.invoked_on, row.unused_days,
        str(row.unread.get("reason", "")),
    )  # fmt: skip


def reasons(unread: Mapping[str, Json]) -> dict[str, str]:
    """Why each section could not be read, as a sentence."""
    return {name: str(told.get("reason", "")) for name, told in unread.items()}


def _powers(pks: Sequence[int]) -> dict[int, tuple[SeenPower, ...]]:
    return _grouped(
        (
            row.identity_id,
            SeenPower(
                row.power, row.breadth, row.via, tuple(row.actions), row.scope, row.conditional, row.escalation,
                row.confirmed, tuple(map(str, row.steps)),
            ),
        )
        for row in Privilege.objects.filter(identity__in=pks).order_by("pk")
    )  # fmt: skip


def _grant(row: Grant) -> SeenGrant:
    told = row.statement
    return SeenGrant(
        row.source_kind, row.source, row.source_name, told.effect, told.inverted, told.body, row.scope,
    )  # fmt: skip


def _grouped(rows: Iterable[tuple[Any, ...]]) -> dict[int, tuple[Any, ...]]:
    """Rows of (key, value) or (key, value, value …) by their key, in their order."""
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for key, *values in rows:
        found[key].append(values[0] if len(values) == 1 else tuple(values))
    return {key: tuple(values) for key, values in found.items()}
