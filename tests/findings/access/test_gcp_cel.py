"""Google conditions: what is known decides, what is not stays open."""

from datetime import UTC, datetime
from typing import Any

import pytest

from findings.access.gcp.cel import evaluate

NOON = datetime(2026, 7, 1, 12, 30, tzinfo=UTC)  # a Wednesday
KNOWN: dict[str, Any] = {
    "request.time": NOON,
    "resource.name": "projects/p1/locations/europe-west1/services/pay",
    "resource.type": "run.googleapis.com/Service",
    "resource.service": "run.googleapis.com",
    "resource.tags": {"123/env": "prod"},
    "destination.port": 443,
    "iam.googleapis.com/modifiedGrantsByRole": ["roles/run.invoker"],
}

TRUE = [
    'request.time < timestamp("2030-01-01T00:00:00Z")',
    'request.time > timestamp("2026-01-01T00:00:00.123456789Z")',
    'request.time < timestamp("2026-07-01T12:00:00Z") + duration("3600s")',
    'request.time.getHours("Europe/Berlin") == 14',
    'request.time.getHours("-02:00") == 10',
    "request.time.getDayOfWeek() == 3 && request.time.getMonth() == 6 && request.time.getDate() == 1",
    'resource.name.startsWith("projects/p1/")',
    "resource.name.endsWith('/pay') && resource.type == 'run.googleapis.com/Service'",
    'resource.name.extract("/locations/{place}/") == "europe-west1"',
    'resource.name.extract("services/{name}") == "pay"',
    'resource.name.extract("buckets/{b}/") == ""',
    'resource.matchTag("123/env", "prod") && resource.hasTagKey("123/env")',
    'resource.service in ["run.googleapis.com", "storage.googleapis.com"]',
    "!(resource.type != 'run.googleapis.com/Service')",
    "destination.port == 443 ? true : false",
    "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/run.invoker'])",
    "resource.name.size() > 10 && size('ab') == 2",
    r"'it\'s' == \"it's\"".replace(r"\"", '"'),
    "true || request.auth.claims.sub == 'x'",
    "request.auth.claims.sub == 'x' || true",
]
FALSE = [
    'request.time < timestamp("2026-07-01T14:00:00+02:00")',
    'resource.matchTag("123/env", "test") || resource.hasTagKey("123/team")',
    "false && request.auth.claims.sub == 'x'",
    "request.auth.claims.sub == 'x' && resource.type == 'storage.googleapis.com/Bucket'",
    "'a' in ['b']",
    "!true",
]
UNDECIDED = [
    "request.auth.claims.sub == 'x'",
    "!(request.auth.claims.sub == 'x')",
    "request.auth.claims.sub == 'x' || resource.type == 'none'",
    "'levels/x' in request.auth.access_levels",
    "resource.name.matches('.*')",
    "resource.name == 5",
    "resource.name < 5",
    "resource.name",
    "request.time <",
    "resource.type == 'unfinished",
    "1 && true",
    "(" * 200 + "true" + ")" * 200,
    "!" * 5000 + "true",
    "true " + "&& true " * 3000,
    "request.time.getHours('Nowhere/Land') == 1",
    "",
]


@pytest.mark.parametrize("condition", TRUE)
def test_a_condition_that_holds(condition: str) -> None:
    assert evaluate(condition, KNOWN) is True


@pytest.mark.parametrize("condition", FALSE)
def test_a_condition_that_does_not_hold(condition: str) -> None:
    assert evaluate(condition, KNOWN) is False


@pytest.mark.parametrize("condition", UNDECIDED, ids=lambda text: text[:40])
def test_a_condition_that_cannot_be_decided(condition: str) -> None:
    assert evaluate(condition, KNOWN) is None


@pytest.mark.parametrize("condition", [one for one in TRUE if "||" not in one and "'it" not in one and "?" not in one])
def test_without_knowledge_nothing_is_decided(condition: str) -> None:
    assert evaluate(condition, {}) is None


def test_tags_that_were_not_read_leave_tag_conditions_open() -> None:
    assert evaluate("resource.matchTag('123/env', 'prod')", {"resource.name": "x"}) is None
