"""`docs/search.md` lists every field as it is declared. FANLIGHT_WRITE_DOCS=1 writes the lists anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from inventory.search.lists import LISTS, SearchList

DOCUMENT = Path(__file__).parents[3] / "docs" / "search.md"


def table(searched: SearchList) -> str:
    fields = {one.name: one for one in searched.fields.values()}.values()
    lines = ["| field | means | example |", "| --- | --- | --- |"]
    for one in fields:
        name = f"{one.name}.KEY" if one.keyed else one.name
        values = f" Values: {', '.join(f'`{value}`' for value in one.values)}." if one.values else ""
        lines.append(f"| `{name}:` | {one.help}{values} | `{one.example}` |".replace("|`", "| `"))
    return "\n".join(lines)


@pytest.mark.parametrize("name", LISTS)
def test_the_fields_of_a_list_are_documented(name: str) -> None:
    text = DOCUMENT.read_text()
    place = re.compile(rf"(## Fields of {name}\n\n).*?(?=\n\n## |\Z)", re.DOTALL)
    written = place.sub(lambda found: found[1] + table(LISTS[name]), text).rstrip() + "\n"
    if os.environ.get("FANLIGHT_WRITE_DOCS"):
        DOCUMENT.write_text(written)
    assert f"## Fields of {name}" in text
    assert DOCUMENT.read_text() == written
