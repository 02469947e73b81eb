"""A click on a facet edits the text, and only the text."""

import pytest

from inventory.search import edit
from tests.inventory.search.vocabulary import read


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("", "region:eu"),
        ("check", "check region:eu"),
        ("region:us check", "region:us,eu check"),
        ("region:us,eu check", "region:us check"),
        ("region:eu check", "check"),
        ("check AND region:eu", "check"),
        ("region:eu AND check", "check"),
        ("-region:eu", ""),
        ("-region:eu,us", "-region:us"),
        ("a OR b", "(a OR b) region:eu"),
        ("(region:us)", "(region:us,eu)"),
        ("(region:eu)", ""),
        ('"a  b" region:eu', '"a  b"'),
    ],
)
def test_a_click_adds_and_a_second_takes_away(text: str, after: str) -> None:
    edited = edit.toggled(read(text), "region", "eu")
    assert edited == after
    read(edited)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("check", "check -region:eu"),
        ("region:eu,us", "region:us -region:eu"),
        ("region:eu", "-region:eu"),
        ("-region:eu", ""),
    ],
)
def test_a_click_with_shift_excludes(text: str, after: str) -> None:
    assert edit.excluded(read(text), "region", "eu") == after


def test_values_with_spaces_commas_or_operators_are_quoted() -> None:
    for value in ("prod pay", "a,b", 'say "hi"', ">3", "-x", "a*b", "(x)", "back\\slash"):
        term = next(iter(read(edit.term_text("name", value)).leaves()))
        assert term.values[0].text == value  # type: ignore[union-attr]


def test_a_facet_counts_without_its_own_terms() -> None:
    query = read("region:eu check -region:us (region:x OR a)")
    assert edit.without_field(query, "region").text == "check (region:x OR a)"


def test_chosen_tells_wanted_and_excluded_values() -> None:
    wanted, excluded = edit.chosen(read("region:eu,us -region:ap region:>x"), "region")
    assert ([value.text for value in wanted], [value.text for value in excluded]) == (["eu", "us"], ["ap"])
