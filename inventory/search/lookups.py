"""Two lookups of our own: patterns as SQL writes them, one of many numbers. Importing this module registers them."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Field, ForeignKey
from django.db.models.lookups import BuiltinLookup, Lookup


@Field.register_lookup
class Like(BuiltinLookup):
    """`column__like="a%"`: an SQL LIKE pattern, escaped with backslashes; upper and lower case are alike."""

    lookup_name = "like"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        word = "ILIKE" if connection.vendor == "postgresql" else "LIKE"
        return f"{left} {word} {right} ESCAPE '\\'", (*left_params, *right_params)


@ForeignKey.register_lookup
@Field.register_lookup
class Among(Lookup):
    """`column__among=[1, 2 …]`: one of many numbers, given to the database as one value instead of thousands."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        numbers = [int(number) for number in self.rhs]
        if connection.vendor == "postgresql":
            return f"{left} = ANY(%s)", (*left_params, numbers)
        return f"{left} IN (SELECT value FROM json_each(%s))", (*left_params, json.dumps(numbers))  # noqa: S608
