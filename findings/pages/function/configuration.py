"""Exactly how is it set: every section as names and values to read, each with the revision that set it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from findings.pages.function.settings import Blame, Revision, Setting, settings_of
from findings.pages.function.statements import StatementShown, statements_in
from findings.pages.function.subject import Subject, Unread
from inventory.eol import runtime_life

Json = Any

#: Sections in the order of the page, with their titles; any other section that was read follows under its own name.
SECTIONS = {
    "state": "State", "config": "Runtime and limits", "code": "Code", "environment": "Environment variables",
    "secrets": "Secrets it refers to",
    "identity": "Identity", "triggers": "Triggers", "sources": "What feeds it",
    "edge": "At the edge", "entry_points": "Entry points", "fronts": "What stands before it", "network": "Network",
    "concurrency": "Concurrency",
    "delivery": "Delivery and retries", "versions": "Aliases", "published": "Published versions",
    "encryption": "Encryption", "certificates": "Certificates of own host names",
    "logging": "Logging", "alarms": "Alarms", "signing": "Code signing",
    "runtime_management": "Runtime support", "recursion": "Recursion", "tags": "Tags", "access": "Access policy",
}  # fmt: skip

#: How many revisions are searched for the one that set a value; older values are "before revision N".
REVISIONS_SEARCHED = 40


@dataclass(frozen=True)
class Group:
    """A section: its settings, or why it is unknown. A section with both was read before, but not the last time."""

    name: str
    title: str
    settings: Sequence[Setting] = field(default=())
    unread: Unread | None = None
    read: bool = True
    statements: Sequence[StatementShown] = ()


def context(subject: Subject) -> dict[str, Any]:
    set_by = blame(_revisions(subject))
    known = [*SECTIONS, *sorted((subject.document.keys() | subject.unread.keys()) - SECTIONS.keys())]
    groups = [
        _group(name, subject.document, subject.unread.get(name), set_by)
        for name in known if name in subject.document or name in subject.unread
    ]  # fmt: skip
    return {"groups": [_with_support(group, subject) if group.name == "config" else group for group in groups]}


def _with_support(group: Group, subject: Subject) -> Group:
    """The runtime's end beside the runtime, and who says so: the table is ours and of its own date."""
    life = runtime_life(subject.function.provider, subject.function.runtime, subject.document.get("runtime_management"))
    if life is None:
        return group
    stops = f", stops on {life.stops}" if life.stops else ""
    shown = Setting("Support of the runtime", "runtime", text=f"ends on {life.ends}{stops} ({life.told_by})")
    place = next((at for at, one in enumerate(group.settings, 1) if one.key == "runtime"), 0)
    return replace(group, settings=[*group.settings[:place], shown, *group.settings[place:]])


def _group(name: str, document: Mapping[str, Json], unread: Unread | None, set_by: Blame) -> Group:
    title = title_of(name, document.get(name))
    body, statements = without_statements(name, document.get(name))
    settings = settings_of(name, body, set_by)
    if len(settings) == 1 and (settings[0].table or settings[0].variables):
        # The panel's title says what the only table in it lists.
        settings = [replace(settings[0], name="")]
    return Group(name, title, settings, unread, name in document, statements)


def title_of(name: str, body: Json) -> str:
    """A section's title; of versions in the cloud's own sense of them."""
    if name == "versions" and isinstance(body, Mapping):
        return "Slots" if "slots" in body else "Revisions and traffic" if "latest" in body else "Aliases"
    return SECTIONS.get(name, name.replace("_", " ").capitalize())


#: Parts of an access section that hold policies; the others are settings.
POLICIES = frozenset({"policies", "assignments", "bindings"})


def without_statements(section: str, body: Json) -> tuple[Json, list[StatementShown]]:
    """The access policies as the permissions tab shows statements; any other section stays as it is."""
    if section != "access":
        return body, []
    found = statements_in(body)
    if not isinstance(body, Mapping):
        return (None if found else body), found
    return {key: value for key, value in body.items() if key not in POLICIES or not statements_in(value)}, found


def _revisions(subject: Subject) -> list[tuple[int, datetime, Mapping[str, Json]]]:
    newest = subject.resource.latest.number if subject.resource.latest else 0
    shown = subject.resource.snapshots.filter(number__lte=newest)
    rows = shown.order_by("-number").values_list("number", "at", "document")
    return list(rows[:REVISIONS_SEARCHED])[::-1]


def blame(revisions: Sequence[tuple[int, datetime, Mapping[str, Json]]]) -> dict[tuple[str, str], Revision]:
    """For each part of the newest document, the revision since which it has its value (revisions oldest first)."""
    found: dict[tuple[str, str], tuple[Json, Revision]] = {}
    for place, (number, at, document) in enumerate(revisions):
        now = {part: value for section, body in document.items() for part, value in _parts(section, body)}
        for part, value in now.items():
            if part not in found or found[part][0] != value:
                found[part] = (value, Revision(number, at, or_earlier=place == 0 and number > 1))
        for part in found.keys() - now.keys():
            del found[part]
    return {part: revision for part, (_, revision) in found.items()}


def _parts(section: str, body: Json) -> Iterator[tuple[tuple[str, str], Json]]:
    """The parts of a section that are blamed by themselves: its keys, and each variable."""
    if not isinstance(body, Mapping):
        yield (section, ""), body
        return
    for key, value in body.items():
        yield (section, str(key)), value
        if section == "environment" and key in ("variables", "build") and isinstance(value, list):
            for variable in value:
                yield (section, f"{key}.{variable.get('name')}"), variable
