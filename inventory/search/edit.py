"""Change a query's text as a click on a facet does: add a value, exclude it, take it out. Pure.

Only the outermost parts are touched; what someone wrote inside parentheses stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from inventory.search.parse import Node, Not, Or, Query, Term, Value


def quoted(value: str) -> str:
    """The value as it must be written in a query."""
    plain = value and not any(c.isspace() or c in '",()\\*' for c in value) and value[0] not in "<>-"
    return value if plain else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def term_text(field: str, value: str, key: str = "") -> str:
    """`field.key:value`."""
    name = f"{field}.{quoted_key(key)}" if key else field
    return f"{name}:{quoted(value)}"


def quoted_key(key: str) -> str:
    return quoted(key) if ":" not in key else '"' + key.replace('"', '\\"') + '"'


def chosen(query: Query, field: str) -> tuple[list[Value], list[Value]]:
    """The values of a field that the outermost parts ask for, and those they exclude; comparisons are neither."""
    wanted: list[Value] = []
    unwanted: list[Value] = []
    for part, term in _terms(query, field):
        (unwanted if isinstance(part, Not) else wanted).extend(value for value in term.values if not value.op)
    return wanted, unwanted


def toggled(query: Query, field: str, value: str) -> str:
    """The text after a click on a facet's value: added (as an alternative to others of its field) or taken out."""
    for part, term in _terms(query, field):
        if _holds(term, value):
            return _without_value(query, part, term, value)
    for part, term in _terms(query, field):
        if not isinstance(part, Not):
            end = term.values[-1].end
            return query.text[:end] + "," + quoted(value) + query.text[end:]
    return added(query, term_text(field, value))


def excluded(query: Query, field: str, value: str) -> str:
    """The text after an exclusion of a facet's value (again: taken out)."""
    for part, term in _terms(query, field):
        if _holds(term, value):
            text = _without_value(query, part, term, value)
            return text if isinstance(part, Not) else _joined(text, f"-{term_text(field, value)}")
    return added(query, f"-{term_text(field, value)}")


def added(query: Query, text: str) -> str:
    """The query and one more part that must hold."""
    if isinstance(query.root, Or) and not query.text.strip().startswith("("):
        return _joined(f"({query.text.strip()})", text)
    return _joined(query.text, text)


def _joined(left: str, right: str) -> str:
    return f"{left.strip()} {right}".strip()


def without_field(query: Query, field: str) -> Query:
    """The query without its outermost parts about a field: what that field's facet counts."""
    return query.without(*(part for part, _ in _terms(query, field)))


def _terms(query: Query, field: str) -> Iterator[tuple[Node, Term]]:
    for part in query.parts:
        inner = part.child if isinstance(part, Not) else part
        if isinstance(inner, Term) and inner.name == field and not inner.key:
            yield part, inner


def _holds(term: Term, value: str) -> bool:
    return any(one.text == value and not one.op for one in term.values)


def _without_value(query: Query, part: Node, term: Term, value: str) -> str:
    rest = [one for one in term.values if one.text != value]
    if not rest:
        return query.text_without(part)
    first, last = term.values[0].start, term.values[-1].end
    return query.text[:first] + ",".join(written(one) for one in rest) + query.text[last:]


def written(value: Value) -> str:
    """The value as it stands in a text."""
    return value.op + ('"' + value.text.replace('"', '\\"') + '"' if value.quoted else value.text)
