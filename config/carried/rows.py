"""What the parts share: an entry, what an import goes by, and keeping only what differs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from findings.gathering import Heights
from inventory.models import User

Json = Any
Row = dict[str, Json]
Kept = TypeVar("Kept", bound=Model)

SAME = "as it was"
#: How what was done begins, where something was done.
DONE = ("made", "changed")


@dataclass
class Import:
    """One import: `by` gets what belongs to people who are not here (None: it is left out), alerts begin at `top`.

    `taken` are the rows that entries stand for already: two entries of one name are two rows, the next time, too.
    `deeds` are for the audit log: the part, what was done, the entry.
    """

    by: User | None
    top: Heights
    taken: set[tuple[type[Model], int]] = field(default_factory=set)
    deeds: list[tuple[str, str, Row]] = field(default_factory=list)

    def known(self, rows: QuerySet[Kept]) -> Kept | None:
        """The first of the rows that no entry stands for yet."""
        return next((one for one in rows.order_by("pk") if (type(one), one.pk) not in self.taken), None)

    def take(self, row: Model) -> None:
        """This row is what the entry stands for."""
        self.taken.add((type(row), row.pk))


def keep(row: Model, wanted: Row) -> str:
    """Save what differs; says what was done."""
    if row.pk and all(getattr(row, name) == value for name, value in wanted.items()):
        return SAME
    said = "changed" if row.pk else "made"
    for name, value in wanted.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    return said
