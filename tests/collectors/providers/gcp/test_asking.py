"""One question: retries, waits, renewed tokens, pages, and answers that are none."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from collectors.provider import (
    AccountRef,
    BadAnswer,
    BadCredentials,
    DeadlinePassed,
    Denied,
    Memory,
    NotApplicable,
    Throttled,
    Unreachable,
    Unsupported,
)
from collectors.providers.gcp import PROVIDER
from collectors.providers.gcp.fetch import calls
from collectors.providers.gcp.scrub import scrub
from tests.collectors.conftest import DAY
from tests.collectors.providers.gcp.estate import PROJECT, resize
from tests.collectors.providers.gcp.google import Google, Listed, Said, disabled, refusal

FUNCTIONS = f"/v2/projects/{PROJECT}/locations/-/functions"
#: The same question raw, and through Google's client.
WAYS = {"raw": calls.functions(PROJECT), "client": calls.project(PROJECT)}
PATHS = {"raw": FUNCTIONS, "client": f"/v3/projects/{PROJECT}"}

both = pytest.mark.parametrize("way", WAYS)


@pytest.fixture
def reach(session: Any) -> Any:
    return session.reach("global")


@both
def test_a_throttled_question_is_asked_again_after_the_seconds_it_was_told(
    google: Google, reach: Any, naps: list[float], way: str
) -> None:
    google.fail(PATHS[way], Said(refusal(429).body, 429, {"Retry-After": "7"}), Said(refusal(429).body, 429))
    reach.ask(WAYS[way])
    assert 7 <= naps[0] < 8
    assert (reach.counts.calls, reach.counts.retries, reach.counts.throttles) == (3, 2, 2)


@both
def test_a_retry_after_may_be_a_date(google: Google, reach: Any, naps: list[float], way: str) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    google.fail(PATHS[way], Said(refusal(503).body, 503, {"Retry-After": date}), Said(status=500))
    reach.ask(WAYS[way])
    assert 25 <= naps[0] <= 31


def test_a_retry_after_holds_us_two_minutes_at_most(google: Google, reach: Any, naps: list[float]) -> None:
    google.fail(FUNCTIONS, Said(status=429, headers={"Retry-After": "86400"}), Said(status=500))
    reach.ask(WAYS["raw"])
    assert 120 <= naps[0] < 121


@both
def test_after_five_attempts_it_is_given_up(google: Google, reach: Any, way: str) -> None:
    google.fail(PATHS[way], refusal(429))
    with pytest.raises(Throttled):
        reach.ask(WAYS[way])
    assert len(google.asked) == 5


@both
def test_a_refused_token_is_renewed_once(google: Google, reach: Any, way: str) -> None:
    # Google's client renews twice by itself before it gives up.
    google.fail(PATHS[way], *[refusal(401)] * (3 if way == "client" else 1), Said({}))
    reach.ask(WAYS[way])
    assert reach.session.keys.renewals == 1


@both
def test_a_token_refused_twice_is_bad_credentials(google: Google, reach: Any, way: str) -> None:
    google.fail(PATHS[way], refusal(401))
    with pytest.raises(BadCredentials):
        reach.ask(WAYS[way])


@both
@pytest.mark.parametrize(
    ("said", "fault", "permission"),
    [
        (refusal(403), Denied, "own"),
        (refusal(403, reason="IAM_PERMISSION_DENIED", permission="run.jobs.list"), Denied, "run.jobs.list"),
        (disabled("cloudfunctions.googleapis.com"), NotApplicable, ""),
        (refusal(404), Unsupported, ""),
        (Said("<html>The requested URL was not found</html>", 404), Unsupported, ""),
        (refusal(501), Unsupported, ""),
        (refusal(400), BadAnswer, ""),
        (Said("[1, 2]"), BadAnswer, ""),
        (Said("<html>"), BadAnswer, ""),
        (Said('{"functions": ['), BadAnswer, ""),
        (Said(b"\xff\xfe{}"), BadAnswer, ""),
        (Said('{"functions": [], "unreachable": []}', cut=True), Unreachable, ""),
        (Said(status=302, headers={"Location": "http://127.0.0.1:1/"}), BadAnswer, ""),
    ],
)
def test_every_refusal_has_its_meaning(
    google: Google, reach: Any, way: str, said: Said, fault: type[Exception], permission: str
) -> None:
    google.fail(PATHS[way], said)
    with pytest.raises(fault) as told:
        reach.ask(WAYS[way])
    if fault is Denied:
        assert told.value.permission == (WAYS[way].permission if permission == "own" else permission)  # type: ignore[attr-defined]


def test_a_quota_error_with_status_403_is_throttling(google: Google, reach: Any) -> None:
    google.fail(FUNCTIONS, refusal(403, "Quota exceeded", "RATE_LIMIT_EXCEEDED"))
    with pytest.raises(Throttled):
        reach.ask(WAYS["raw"])


def test_an_empty_answer_is_an_empty_list(google: Google, reach: Any) -> None:
    google.answers[FUNCTIONS] = {}
    assert reach.entries(WAYS["raw"], "functions") == []


@pytest.mark.parametrize("answer", [{"functions": {}}, {"functions": "x"}, {"error": {"code": 7}}, {"name": "x"}])
def test_an_object_about_something_else_is_no_empty_list(google: Google, reach: Any, answer: Any) -> None:
    google.answers[FUNCTIONS] = answer
    with pytest.raises(BadAnswer):
        reach.entries(WAYS["raw"], "functions")


def test_a_page_token_that_keeps_coming_back_ends_the_list(google: Google, reach: Any) -> None:
    google.answers[FUNCTIONS] = {"functions": [resize()], "nextPageToken": "again"}
    with pytest.raises(BadAnswer, match="same page token"):
        reach.entries(WAYS["raw"], "functions")
    assert len(google.asked) == 3


def test_a_token_that_expires_between_pages_goes_on_at_the_same_page(google: Google, reach: Any) -> None:
    google.page_size = 1
    google.answers[FUNCTIONS] = Listed("functions", [resize(), resize(), resize()])
    answered = []

    def expire(asked: Any) -> Any:
        answered.append(asked.query.get("pageToken"))
        return refusal(401) if len(answered) == 3 else None

    google.faults.append(expire)
    assert len(reach.entries(WAYS["raw"], "functions")) == 3
    assert answered == [None, ["1"], ["2"], ["2"]]


def test_a_deadline_ends_the_asking(google: Google, session: Any) -> None:
    session.begin("global", 0.0)
    with pytest.raises(DeadlinePassed):
        session.reach("global").ask(WAYS["raw"])
    google.fail(FUNCTIONS, Said(status=429, headers={"Retry-After": "60"}))
    session.begin("global", 30.0)
    with pytest.raises(DeadlinePassed):
        session.reach("global").ask(WAYS["raw"])


def test_nobody_there_is_unreachable() -> None:
    connection = PROVIDER.connection(PROJECT, {"endpoint": "http://127.0.0.1:9", "anonymous": True})
    session = PROVIDER.connect(AccountRef("gcp", PROJECT, PROJECT, connection))
    for call in WAYS.values():
        with pytest.raises(Unreachable):
            session.reach("global").ask(call)


@both
def test_an_endpoint_may_carry_a_path_and_quota_is_billed_as_told(google: Google, way: str) -> None:
    given = {"endpoint": f"{google.url}/proxy/", "anonymous": True, "quota_project": "acme-billing"}
    session = PROVIDER.connect(AccountRef("gcp", PROJECT, PROJECT, PROVIDER.connection(PROJECT, given)))
    google.answers[f"/proxy{PATHS[way]}"] = {}
    session.reach("global").ask(WAYS[way])
    assert google.asked[0].path == f"/proxy{PATHS[way]}"
    assert google.asked[0].headers["x-goog-user-project"] == "acme-billing"


def test_a_fault_of_what_all_scopes_share_is_met_once(google: Google, session: Any) -> None:
    google.fail(FUNCTIONS, refusal(403))
    for scope in ("europe-west1", "us-central1"):
        for _ in range(2):
            with pytest.raises(Denied):
                list(PROVIDER.listings(scope)[0].fetch(session, scope, Memory(DAY)))
    assert len(google.paths("/functions")) == 1


def test_a_refused_list_is_asked_once_by_all_who_need_it(google: Google, session: Any) -> None:
    refused = refusal(403)
    google.faults.append(lambda asked: refused if asked.path.endswith("/europe-west1/services") else None)
    list(PROVIDER.listings("europe-west1")[0].fetch(session, "europe-west1", Memory(DAY)))
    with pytest.raises(Denied):
        list(PROVIDER.listings("europe-west1")[1].fetch(session, "europe-west1", Memory(DAY)))
    assert len([path for path in google.paths() if path.endswith("/europe-west1/services")]) == 1


def test_values_are_gone_before_anyone_sees_an_answer() -> None:
    answer = {
        "entries": [{"protoPayload": {"request": {"x": "s3cret-1"}, "response": {"y": "s3cret-2"}}}],
        "serviceConfig": {"environmentVariables": {"A": "s3cret-3"}},
        "odd": {"environmentVariables": ["s3cret-4"], "env": {"B": "s3cret-5"}},
        "template": {"containers": [{"env": [{"name": "C", "value": "s3cret-6"}, "s3cret-7"]}]},
        "httpTarget": {"headers": {"Authorization": "s3cret-8"}, "body": "s3cret-9"},
        "labels": {"api-token": "q8Zr2Lx0Vt5Bn7Mk"},
    }
    kept = json.dumps(scrub(answer, json.dumps(answer), "key"))
    assert "s3cret" not in kept
    assert "q8Zr2Lx0Vt5Bn7Mk" not in kept
    assert '"name": "A"' in kept
