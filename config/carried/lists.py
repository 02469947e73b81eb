"""What people keep for lists: saved searches, sets of columns."""

from __future__ import annotations

from config.carried.rows import Import, Row, keep
from inventory.columns import FUNCTION_COLUMNS, chosen_columns
from inventory.models import ColumnSet, SavedSearch, User

_OF_SEARCH = ("name", "list_name", "query", "shared")
_OF_SET = ("name", "list_name", "columns", "shared")


def searches() -> list[Row]:
    return _kept(SavedSearch, _OF_SEARCH)


def search(row: Row, _: Import) -> str:
    return _keep(SavedSearch, _OF_SEARCH, row)


def column_sets() -> list[Row]:
    return _kept(ColumnSet, _OF_SET)


def column_set(row: Row, _: Import) -> str:
    chosen_columns(FUNCTION_COLUMNS, row["columns"])
    return _keep(ColumnSet, _OF_SET, row)


def _kept(model: type[SavedSearch | ColumnSet], names: tuple[str, ...]) -> list[Row]:
    rows = model._default_manager.select_related("owner").order_by("owner__username", "slug")
    return [
        {"owner": one.owner.username, "slug": one.slug, **{name: getattr(one, name) for name in names}} for one in rows
    ]


def _keep(model: type[SavedSearch | ColumnSet], names: tuple[str, ...], row: Row) -> str:
    owner = User.objects.filter(username=row["owner"]).first()
    if owner is None:
        return "left out: its owner is not here"
    known = model._default_manager.filter(owner=owner, slug=row["slug"]).first()
    return keep(known or model(owner=owner, slug=row["slug"]), {name: row[name] for name in names})
