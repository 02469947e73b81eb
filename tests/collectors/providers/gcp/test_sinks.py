"""Log sinks of the project: two questions, both optional; exclusions of the older form are those of _Default."""

from __future__ import annotations

from typing import Any

import pytest

from inventory.facts import Observation
from tests.collectors.providers.gcp.conftest import Read
from tests.collectors.providers.gcp.estate import PROJECT
from tests.collectors.providers.gcp.google import Google, Listed, refusal

Json = Any
SINKS, EXCLUSIONS = f"/v2/projects/{PROJECT}/sinks", f"/v2/projects/{PROJECT}/exclusions"
HEALTH = {"name": "health", "filter": 'httpRequest.requestUrl="/healthz"', "createTime": "2026-01-01T00:00:00Z"}


def project(read: Read) -> Observation:
    return read("project", "global")[0]


def test_sinks_are_told_with_their_exclusions(google: Google, read: Read) -> None:
    default = {"name": "_Default", "destination": "logging.googleapis.com/b", "filter": "NOT x", "exclusions": [HEALTH]}
    google.answers[SINKS] = Listed("sinks", [{"name": "to-lake", "disabled": True}, default])
    google.answers[EXCLUSIONS] = Listed("exclusions", [HEALTH, {"name": "old", "filter": "a=b", "disabled": True}])
    health = {"name": "health", "filter": HEALTH["filter"], "disabled": False}
    assert project(read).sections["sinks"] == {
        "sinks": [
            {"name": "_Default", "filter": "NOT x", "disabled": False, "destination": "logging.googleapis.com/b",
             "exclusions": [health, {"name": "old", "filter": "a=b", "disabled": True}]},
            {"name": "to-lake", "filter": "", "disabled": True, "exclusions": []},
        ]
    }  # fmt: skip


def test_only_the_project_is_asked_and_once(google: Google, read: Read) -> None:
    levels = read("project", "global")
    assert [("sinks" in one.sections) for one in levels] == [True, False, False]
    assert len(google.paths("/sinks")) == 1 and len(google.paths("/exclusions")) == 1


@pytest.mark.parametrize(("path", "missing"), [(SINKS, "logging.sinks.list"), (EXCLUSIONS, "logging.exclusions.list")])
def test_a_refusal_costs_only_this_part(google: Google, read: Read, path: str, missing: str) -> None:
    google.fail(path, refusal(403))
    seen = project(read)
    assert "sinks" not in seen.sections and seen.unread["sinks"].permission == missing
    assert set(seen.unread) == {"sinks"} and {"access", "audit", "config"} <= seen.sections.keys()


@pytest.mark.parametrize("status", [404, 501])
def test_a_cloud_that_does_not_know_the_call_costs_only_this_part(google: Google, read: Read, status: int) -> None:
    google.fail(SINKS, refusal(status))
    seen = project(read)
    assert set(seen.unread) == {"sinks"} and "access" in seen.sections


@pytest.mark.parametrize("odd", [[7], [{"name": "x", "exclusions": "all"}], [{"name": "x", "disabled": "maybe"}]])
def test_odd_sinks_are_unread(google: Google, read: Read, odd: Json) -> None:
    google.answers[SINKS] = Listed("sinks", odd)
    seen = project(read)
    assert "sinks" not in seen.sections and seen.unread["sinks"].error_class == "bad answer"
