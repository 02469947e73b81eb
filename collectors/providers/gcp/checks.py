"""The connection test: every kind of call tried once, on one function and service account where a call needs one."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from collectors.provider import Check, ReadFault
from collectors.providers.gcp.call import Call
from collectors.providers.gcp.fetch import calls, use
from collectors.providers.gcp.naming import is_first_generation, name_of, service_name
from collectors.providers.gcp.permissions import PERMISSIONS
from collectors.providers.gcp.shape import objects, text

if TYPE_CHECKING:
    from collectors.providers.gcp.reach import Reach
    from collectors.providers.gcp.session import GcpSession

Json = Any

_OPTIONAL = frozenset(permission.action for permission in PERMISSIONS if permission.optional)
_NOTHING = frozenset({"not applicable"})


def checks(session: GcpSession) -> Iterator[Check]:
    """One line a call; raises nothing."""
    reach, project = session.reach("global"), session.project
    functions, listed = _tried(reach, calls.functions(project))
    yield functions
    some = _of_each_generation(listed.get("functions"))
    location = name_of(some[0]).split("/")[3] if some else _some_location(session)
    accounts, found = _tried(reach, calls.service_accounts(project))
    account = next((text(one.get("name")) for one in found.get("accounts") or () if isinstance(one, dict)), "")
    for call in (
        *_of_project(project),
        *_of_location(project, location),
        *_of_functions(some),
        *_of_account(account),
    ):
        yield _tried(reach, call)[0]
    yield accounts
    yield _tried(reach, calls.log_entries(project, _last_hour(project)))[0]


def _of_project(project: str) -> Iterator[Call]:
    name = f"projects/{project}"
    yield calls.project(project)
    yield calls.allow_policy(name)
    yield calls.deny_policies(name)
    yield calls.custom_roles(project)
    yield calls.role("roles/run.invoker")
    yield calls.services_everywhere(project)
    yield calls.triggers(project, "-")
    yield calls.subscriptions(project)
    yield calls.recommendations(project)
    yield use.executions(project, datetime.now(UTC))


def _of_location(project: str, location: str) -> Iterator[Call]:
    yield calls.services(project, location)
    yield calls.runtimes(project, location)
    yield calls.connectors(project, location)
    yield calls.jobs(project, location)


def _of_each_generation(functions: Json) -> list[Mapping[str, Json]]:
    """A function of each generation, where there is one."""
    named = [one for one in objects(functions) if name_of(one).count("/") == 5]
    found = {is_first_generation(one): one for one in reversed(named)}
    return list(found.values())


def _of_functions(functions: list[Mapping[str, Json]]) -> Iterator[Call]:
    for function in functions:
        yield calls.function_policy(name_of(function), is_first_generation(function))
        if service := service_name(function):
            yield calls.service_policy(service)
            yield calls.revisions(service)


def _of_account(account: str) -> Iterator[Call]:
    if account:
        yield calls.service_account_policy(account)
        yield calls.keys(account)


def _some_location(session: GcpSession) -> str:
    return str((session.connection.get("regions") or ["us-central1"])[0])


def _tried(reach: Reach, call: Call) -> tuple[Check, dict[str, Json]]:
    """How a call ended, and its answer."""
    started, outcome, note, answer = time.monotonic(), "ok", "", {}
    try:
        answer = reach.ask(call)
    except ReadFault as fault:
        outcome, note = fault.error_class, fault.reason
    seconds = round(time.monotonic() - started, 3)
    optional = call.permission in _OPTIONAL or outcome in _NOTHING
    return Check(call.name, outcome, seconds, note, call.permission, optional), answer


def _last_hour(project: str) -> str:
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    return f'logName="projects/{project}/logs/cloudaudit.googleapis.com%2Factivity" AND timestamp>="{since}"'
