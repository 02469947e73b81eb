"""A label or tag without a value is empty: the word None is nobody's label."""

from __future__ import annotations

from collectors.providers.azure.normalize.identity import identity
from collectors.providers.gcp.normalize.levels import level
from inventory.facts import Section


def test_a_projects_label_without_a_value_is_empty() -> None:
    [seen] = level({"on": "projects/p1", "resource": {"projectId": "p1", "labels": {"env": None, "owner": "web"}}}, "l")
    assert seen.sections[Section.TAGS] == {"env": "", "owner": "web"}


def test_an_identitys_tag_without_a_value_is_empty() -> None:
    [seen] = identity({"identity": {"principal": "u1", "assigned": "user", "tags": {"env": None}}})
    assert seen.sections[Section.TAGS] == {"env": ""}
