"""Which functions that hold much another function's identity may change or call: the next step of a lateral chain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from findings.access.aws.patterns import overlaps
from findings.access.gcp.roles import bundled
from findings.seen import SeenGrant, SeenOnward
from inventory.models import Account, Binding, Function
from inventory.rungs import PRIVILEGE, rung

Json = Any
#: From this level on a function holds much.
STRONG = PRIVILEGE.index("near-admin")
#: What lets somebody replace the code or the settings of a function; what lets him only call it.
_CHANGING = frozenset({
    "lambda:updatefunctioncode", "lambda:updatefunctionconfiguration", "lambda:addpermission", "lambda:*",
    "cloudfunctions.functions.update", "cloudfunctions.functions.sourceCodeSet",
    "cloudfunctions.functions.setIamPolicy", "run.services.update", "run.services.setIamPolicy",
    "microsoft.web/sites/write", "microsoft.web/sites/functions/write", "microsoft.web/sites/config/write",
    "microsoft.web/sites/publishxml/action", "microsoft.web/sites/publish/action",
    "microsoft.web/sites/host/listkeys/action", "microsoft.web/sites/extensions/write",
    "microsoft.web/sites/slots/write",
})  # fmt: skip
_CALLING = frozenset({
    "lambda:invokefunction", "cloudfunctions.functions.invoke", "cloudfunctions.functions.call", "run.routes.invoke",
    "microsoft.web/sites/functions/listkeys/action",
})  # fmt: skip
_HOW = {"deploy": "change", "configure": "change", "own": "change", "invoke": "call"}


@dataclass(frozen=True, slots=True)
class _Strong:
    """A function whose identity is an administrator or nearly one."""

    pk: int
    native_id: str
    name: str
    runs_as: str
    privilege: str


class Onward:
    """The strong functions of one account and what leads to them, read once each however many functions ask."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._found: dict[str, tuple[SeenOnward, ...]] = {}

    def of(
        self, identity: str, privilege: str, callers: Iterable[Mapping[str, Json]], grants: Iterable[SeenGrant]
    ) -> tuple[SeenOnward, ...]:
        """The functions stronger than this identity that it may change or call.

        `callers` is what it may do to functions by its own policies (`IdentityPosture.callers`), for AWS.
        """
        if identity not in self._found:
            least = max(STRONG, (rung(PRIVILEGE, privilege) or 0) + 1)
            wanted = [
                one for one in self._strong if PRIVILEGE.index(one.privilege) >= least and one.runs_as != identity
            ]
            ways = _by_policy(callers, wanted) if self.account.provider == "aws" else ()
            bound = self._by_binding(identity, wanted, {grant.source: grant for grant in grants}) if wanted else ()
            self._found[identity] = tuple(_once([*ways, *bound]))
        return self._found[identity]

    @cached_property
    def _strong(self) -> list[_Strong]:
        rows = Function.objects.filter(account=self.account, gone_at=None, posture__privilege_rank__gte=STRONG)
        told = rows.order_by("name", "pk").values_list(
            "pk", "native_id", "name", "identity_native_id", "posture__privilege"
        )
        return [_Strong(*row) for row in told]

    @cached_property
    def _bindings(self) -> dict[str, list[Binding]]:
        """What is bound on the strong functions, by whom it names."""
        found: dict[str, list[Binding]] = {}
        rows = Binding.objects.filter(function__in=[one.pk for one in self._strong], effect="allow").order_by("pk")
        for row in rows:
            found.setdefault(row.principal.removeprefix("serviceAccount:"), []).append(row)
        return found

    def _by_binding(
        self, identity: str, wanted: list[_Strong], grants: Mapping[str, SeenGrant]
    ) -> Iterator[SeenOnward]:
        by_pk = {one.pk: one for one in wanted}
        for row in self._bindings.get(identity, ()):
            strong, how = by_pk.get(row.function_id), _how(row.actions, grants)
            if strong and how:
                # A condition on an assignment of Azure's bears on handing out roles alone.
                conditional = bool(row.condition) and self.account.provider != "azure"
                via = f"{row.actions[0]} on {row.source}" if self.account.provider == "gcp" else row.via
                yield SeenOnward(strong.name, strong.native_id, strong.privilege, how, via, conditional)


def _by_policy(callers: Iterable[Mapping[str, Json]], wanted: list[_Strong]) -> Iterator[SeenOnward]:
    for entry in callers:
        pattern, how = str(entry["resource"]), _HOW.get(str(entry["class"]), "")
        for one in wanted if how else ():
            if overlaps(pattern, one.native_id) or overlaps(pattern, f"{one.native_id}:*"):
                yield SeenOnward(
                    one.name, one.native_id, one.privilege, how, str(entry["via"]), bool(entry["conditional"])
                )


def _how(actions: Iterable[str], grants: Mapping[str, SeenGrant]) -> str:
    """What the actions of a binding allow; of a Google role its permissions count."""
    named: set[str] = set()
    for action in actions:
        if "roles/" in action:
            named.update((grants[action].body.get("permissions") if action in grants else bundled(action)) or ())
        else:
            named.add(action.replace("/slots/", "/").lower())
    return "change" if named & _CHANGING else "call" if named & _CALLING else ""


def _once(ways: Iterable[SeenOnward]) -> Iterator[SeenOnward]:
    """One way to each function: changing it before calling it, the certain one before a conditional one."""
    best: dict[str, SeenOnward] = {}
    for way in sorted(ways, key=lambda one: (one.how != "change", one.conditional)):
        best.setdefault(way.native_id, way)
    yield from sorted(best.values(), key=lambda one: (-PRIVILEGE.index(one.privilege), one.how != "change", one.name))
