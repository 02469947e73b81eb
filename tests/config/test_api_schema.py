"""The API against its own schema: thousands of requests made from it, for nobody, a viewer and an admin.

Every answer must be one that the schema tells: no check is left out, no operation either. Of the requests that walk the
edges of the schema every tenth is made beyond the first ones; `FANLIGHT_API_CASES` raises that share (100 makes all of
them) and how many are made up for each operation and person.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis.core.failures import FailureGroup
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.generation.meta import TestPhase

from inventory.api.bearer import PerToken
from inventory.models import Role, User
from inventory.models.tokens import make_token
from inventory.search.lists import LISTS
from tests.cast import Cast
from tests.routes import OBJECTS

CASES = int(os.environ.get("FANLIGHT_API_CASES", "10"))
FIRST, STEP = 20, max(1, 100 // CASES)
#: Requests for each person, with the usual number of cases; all three make more than 2,000.
LEAST = 700

# What the schema calls by the name of a format: a place in a list, queries, names of what there is.
schemathesis.openapi.format("cursor", st.just(""))
schemathesis.openapi.format("channel", st.just("mail"))
schemathesis.openapi.format("rules", st.sampled_from(["public_invoke", "subject:trust", "standard:iso-27001"]))
schemathesis.openapi.format("time-zone", st.sampled_from(["UTC", "Europe/Paris"]))
schemathesis.openapi.format("time-past", st.sampled_from(["2026-03-02", "2026-03-03T09:00:00Z"]))
schemathesis.openapi.format("query-alert", st.sampled_from(["", "account:acme-prod", "mailer OR region:eu-west-1"]))
for _listed in LISTS.values():
    _terms = [one.example for one in _listed.fields.values()]
    schemathesis.openapi.format(
        f"query-{_listed.name}", st.lists(st.sampled_from(["mailer", *_terms]), max_size=4).map(" ".join)
    )


def sent_by(person: str) -> dict[str, str]:
    """The headers that this person sends with each request: none, or a token."""
    if person == "anonymous":
        return {}
    now, owner = timezone.now(), User.objects.create_user(f"a-{person}", role=person)
    return {"Authorization": f"Bearer {make_token(owner, 'schema', person, now, now + timedelta(days=1))[1]}"}


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """Requests keep the test's own connection, as those of Django's own client do."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("_one_connection")
@pytest.mark.parametrize("person", ["anonymous", Role.VIEWER, Role.ADMIN])
def test_every_answer_is_one_that_the_schema_tells(cast: Cast, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PerToken, "rate", "1000000/min", raising=False)
    for fill in OBJECTS.values():
        fill(cast)
    made: Any = SchemaGenerator
    schema: Any = schemathesis.openapi.from_dict(made().get_schema(public=True))
    schema.app = WSGIHandler()
    headers, faults = sent_by(person), list[str]()
    met, asked = Counter[str](), Counter[str]()

    def ask(case: Any) -> None:
        of = case.operation.label
        met[of] += 1
        if case.meta.phase.name == TestPhase.COVERAGE and met[of] > FIRST and met[of] % STEP:
            return
        asked[of] += 1
        if case.query and case.query.get(
            "at"
        ):  # some fields cannot be searched of then: told in words, not by the schema
            case.query.pop("q", None)
        try:
            case.call_and_validate(headers=dict(headers))
        except FailureGroup as group:
            sent = f"{of} query={case.query} body={case.body!r}"[:600]
            faults.extend(f"{sent}: {one}" for one in group.exceptions)

    usual = settings(
        max_examples=CASES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    told = HypothesisTestConfig(project=schema.config, modes=list(HypothesisTestMode), settings=usual)
    for found in schema.get_all_operations():
        operation = found.ok()
        create_test(operation=operation, test_func=ask, config=told)()
    cache.clear()
    assert not faults, "\n".join(faults)
    assert len(asked) == len(list(schema.get_all_operations()))
    assert sum(asked.values()) >= LEAST, asked
