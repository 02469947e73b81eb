"""Canonical form, digest and diff."""

from hypothesis import given
from hypothesis import strategies as st

from inventory.history import canonical, clean, diff, digest

TEXT = st.text(max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_canonical_form_is_stable(value: object) -> None:
    once = canonical(clean(value))
    assert canonical(once) == once
    assert digest(once) == digest(canonical(clean(value)))


@given(JSON)
def test_nothing_differs_from_itself(value: object) -> None:
    assert list(diff(clean(value), clean(value))) == []


@given(st.dictionaries(TEXT, JSON, max_size=4), st.dictionaries(TEXT, JSON, max_size=4))
def test_documents_that_differ_have_a_difference(before: dict[str, object], after: dict[str, object]) -> None:
    left, right = canonical(clean(before)), canonical(clean(after))
    assert bool(list(diff(left, right))) == (left != right)


def test_lists_that_are_sets_are_sorted_and_others_are_not() -> None:
    assert canonical({"Action": ["b", "a"], "command": ["b", "a"]}) == {"Action": ["a", "b"], "command": ["b", "a"]}


def test_values_of_conditions_are_sets_under_any_key() -> None:
    assert canonical({"Condition": {"StringLike": {"aws:x": ["b", "a"]}}})["Condition"]["StringLike"]["aws:x"] == [
        "a",
        "b",
    ]


def test_what_no_database_takes_is_replaced() -> None:
    assert clean("a\x00\ud800b") == "a��b"
    assert clean({"k\x00": [float("inf")]}) == {"k�": ["inf"]}
    assert clean("line\nbreaks\tand é stay") == "line\nbreaks\tand é stay"


def test_entries_of_lists_are_matched_by_name() -> None:
    before = {"variables": [{"name": "A", "v": 1}, {"name": "B", "v": 1}]}
    after = {"variables": [{"name": "B", "v": 2}, {"name": "C", "v": 1}]}
    told = {(step.op, step.dotted) for step in diff(before, after)}
    assert told == {("removed", "variables.A"), ("changed", "variables.B.v"), ("added", "variables.C")}


def test_one_changed_statement_without_a_name_is_one_gone_and_one_new() -> None:
    same = {"Effect": "Allow", "Action": "x"}
    before, after = [same, {"Effect": "Allow", "Action": "y"}], [same, {"Effect": "Deny", "Action": "y"}]
    assert sorted(step.op for step in diff(before, after)) == ["added", "removed"]


def test_the_order_of_subnets_and_groups_in_a_clouds_own_form_is_no_difference() -> None:
    one = canonical({"VpcConfig": {"SubnetIds": ["b", "a"], "SecurityGroupIds": ["z", "y"]}})
    assert one == canonical({"VpcConfig": {"SubnetIds": ["a", "b"], "SecurityGroupIds": ["y", "z"]}})
