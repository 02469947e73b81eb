"""Two documents side by side."""

from typing import Any

from findings.pages._diff import Comparison, Piece, Row, compare

Json = Any


def rows(comparison: Comparison) -> list[Row]:
    return [row for section in comparison.sections for run in section.runs for row in run.rows]


def differing(comparison: Comparison) -> list[Row]:
    return [row for row in rows(comparison) if row.kind != "same"]


def test_a_changed_value_stands_beside_the_earlier_one_with_only_the_value_marked() -> None:
    [row] = differing(compare({"config": {"memory_mb": 256}}, {"config": {"memory_mb": 512}}))
    assert row.kind == "changed"
    assert row.left == [Piece('  "memory_mb": '), Piece("256", differs=True)]
    assert row.right == [Piece('  "memory_mb": '), Piece("512", differs=True)]


def test_lines_only_on_one_side_have_no_number_on_the_other() -> None:
    comparison = compare({"tags": {"a": "1", "c": "3"}}, {"tags": {"a": "1", "b": "2", "c": "3"}})
    [row] = differing(comparison)
    assert (row.kind, row.left_number, row.right_number) == ("added", 0, 3)
    assert (comparison.added, comparison.removed) == (1, 0)


def test_the_order_of_keys_is_no_difference() -> None:
    comparison = compare({"config": {"a": 1, "b": 2}}, {"config": {"b": 2, "a": 1}})
    assert comparison.sections == []
    assert comparison.alike == 1


def test_lines_far_from_any_difference_are_folded_and_three_around_it_are_not() -> None:
    before = {"config": {f"k{number:02}": number for number in range(40)}}
    after = {"config": {**before["config"], "k20": "new"}}
    [section] = compare(before, after).sections
    shapes = [(run.folded, len(run.rows)) for run in section.runs]
    assert shapes == [(True, 18), (False, 7), (True, 17)]


def test_a_single_line_between_differences_is_never_folded() -> None:
    before = {"config": {f"k{number:02}": number for number in range(9)}}
    after = {"config": {**before["config"], "k00": "new", "k07": "new"}}
    [section] = compare(before, after).sections
    assert not any(run.folded and len(run.rows) == 1 for run in section.runs)


def test_what_changes_with_every_deployment_is_hidden_and_counted() -> None:
    before = {"config": {"memory_mb": 1, "last_modified": "yesterday"}}
    after = {"config": {"memory_mb": 1, "last_modified": "today"}}
    hidden = compare(before, after)
    assert (hidden.sections, hidden.noise) == ([], 1)
    shown = compare(before, after, noise=True)
    assert (len(shown.sections), shown.noise) == (1, 0)


def test_a_section_never_read_before_became_readable_and_adds_nothing() -> None:
    comparison = compare({"config": {}}, {"config": {}, "network": {"attached": True}}, ["network"])
    [section] = comparison.sections
    assert section.became_readable
    assert (comparison.added, comparison.removed) == (0, 0)


def test_a_section_that_was_readable_before_is_a_change_even_when_it_is_named() -> None:
    [section] = compare({"network": {"a": 1}}, {"network": {"a": 2}}, ["network"]).sections
    assert not section.became_readable


def test_a_huge_section_is_shown_as_replaced_instead_of_matched_for_minutes() -> None:
    before = {"document": [f"left {number}" for number in range(5000)]}
    after = {"document": [f"right {number}" for number in range(5000)]}
    comparison = compare(before, after)
    assert comparison.added == comparison.removed == 5002
