"""The configuration of an installation as one JSON document: to keep, to compare, to carry to another installation.

It holds what people chose (groups, accounts with their schedules, saved searches, sets of columns, receivers of events,
channels and alerts) and nothing that was collected, no person but the names of owners, and no secret: an account's
connection never has one, those of channels and receivers stay where they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from collectors.provider import BadConnection
from config.carried import accounts, alerts, lists, receivers
from config.carried.rows import DONE, Import, Row
from findings.gathering import heights
from inventory.api.body import TooDeep, strict_json
from inventory.audit import audit
from inventory.models import Account, User

Json = Any

KIND, VERSION = "fanlight configuration", 1
#: A file of more bytes is no configuration.
LARGEST = 50 * 1024 * 1024


class NotOurs(Exception):
    """The document cannot be taken; the sentence says what is wrong with it and what to do."""


def exported() -> Row:
    """The configuration as it is; the same configuration gives the same document."""
    return {"kind": KIND, "version": VERSION, **{name: dump() for name, (dump, _, _) in PARTS.items()}}


def read(text: bytes) -> Json:
    """The document in a file. Raises NotOurs for one that is too large, no JSON, or nested too deeply."""
    if len(text) > LARGEST:
        raise NotOurs(f"It is larger than {LARGEST // 1024**2} MB, so it is no configuration of Fanlight.")
    try:
        return strict_json(text.decode())
    except TooDeep as fault:
        raise NotOurs(f"It is nested too deeply: {fault}") from fault
    except ValueError as fault:
        raise NotOurs(f"It is no JSON in UTF-8: {fault}") from fault


def imported(document: Json, by: User | None = None, *, dry: bool = False) -> dict[str, Counter[str]]:
    """Make the configuration as the document says; counts part by part what was made, changed, left as it was.

    All of it or nothing; nothing when `dry`. What the document does not name stays. `by` gets the alerts of people who
    are not here. Each entry that made or changed something stands in the audit log. Raises NotOurs.
    """
    _check(document)
    # Outside of the transaction: see `heights`.
    way = Import(by, heights())
    with transaction.atomic():
        done = {name: _load(name, load, document.get(name, []), way) for name, (_, load, _) in PARTS.items()}
        for name, said, row in way.deeds:
            # What an entry has beside what we write was not taken, and may be anything, a secret too.
            dump, _, action = PARTS[name]
            audit(action, after={"outcome": said, **{key: row.get(key) for key in dump()[0]}})
        transaction.set_rollback(dry)
    return done


def _check(document: Json) -> None:
    if not isinstance(document, Mapping) or document.get("kind") != KIND:
        raise NotOurs("This is no configuration of Fanlight. `manage.py configuration export` writes one.")
    if document.get("version") != VERSION:
        raise NotOurs(
            f"This configuration has version {document.get('version')!r}; this Fanlight knows version {VERSION} only. "
            "Export it anew with a Fanlight of this version, or install the one that wrote it."
        )
    if unknown := sorted(document.keys() - PARTS.keys() - {"kind", "version"}):
        raise NotOurs(f"This Fanlight does not know {', '.join(unknown)}. Take them out to import the rest.")


def _load(name: str, load: Callable[[Row, Import], str], rows: Json, way: Import) -> Counter[str]:
    done: Counter[str] = Counter()
    if not isinstance(rows, list):
        raise NotOurs(f"{name} is no list.")
    for number, row in enumerate(rows, 1):
        try:
            done[said := load(row, way)] += 1
        except KeyError as missing:
            raise NotOurs(f"Entry {number} of {name} lacks {missing}. Nothing was imported.") from missing
        except (
            TypeError, AttributeError, ValueError, ValidationError, BadConnection, Account.DoesNotExist,
        ) as wrong:  # fmt: skip
            why = "; ".join(wrong.messages) if isinstance(wrong, ValidationError) else wrong
            raise NotOurs(f"Entry {number} of {name} cannot be taken: {why} Nothing was imported.") from wrong
        if said.startswith(DONE):
            way.deeds.append((name, said, row))
    return done


#: Part → how it is written, how one entry of it is taken, and what the audit log calls that. What others name comes
#: before them.
PARTS: dict[str, tuple[Callable[[], list[Row]], Callable[[Row, Import], str], str]] = {
    "groups": (accounts.groups, accounts.group, "settings"),
    "accounts": (accounts.accounts, accounts.account, "account"),
    "searches": (lists.searches, lists.search, "settings"),
    "column_sets": (lists.column_sets, lists.column_set, "settings"),
    "receivers": (receivers.receivers, receivers.receiver, "receiver"),
    "channels": (alerts.channels, alerts.channel, "alert"),
    "alerts": (alerts.alerts, alerts.alert, "alert"),
}
