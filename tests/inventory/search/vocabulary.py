"""A small vocabulary for tests of the pure parts of the search language."""

from inventory.search.parse import Query, Vocabulary, parse

VOCABULARY = Vocabulary(
    frozenset({"name", "runtime", "tag", "can", "changed", "region", "shared", "has", "invoker"}),
    keyed=frozenset({"tag"}),
    followed={"can": "on"},
)


def read(text: str) -> Query:
    return parse(text, VOCABULARY)
