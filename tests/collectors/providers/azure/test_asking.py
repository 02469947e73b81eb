"""How Azure is asked: pages, throttling, renewed tokens, refusals, cut answers; each fault told as one of the few there
are."""

from __future__ import annotations

from email.utils import formatdate
from typing import Any

import pytest

from collectors.provider import (
    AccountRef,
    BadAnswer,
    BadCredentials,
    DeadlinePassed,
    Denied,
    NotApplicable,
    ReadFault,
    Throttled,
    Unreachable,
    Unsupported,
)
from collectors.providers.azure import PROVIDER
from collectors.providers.azure.credentials import Tokens
from collectors.providers.azure.faults import Missing
from collectors.providers.azure.routes import ASSIGNMENTS, FUNCTIONS, SITES, SUBSCRIPTION
from tests.collectors.providers.azure.arm import Azure, Said, refusal
from tests.collectors.providers.azure.estate import CHECKOUT, IN
from tests.collectors.providers.azure.estate import SUBSCRIPTION as ID

Json = Any
LIST = f"{IN}/providers/microsoft.web/sites"


@pytest.fixture
def reach(session: Any) -> Any:
    session.begin(ID, 600)
    return session.reach(ID)


class Counted:
    """A credential whose every new instance gives another token."""

    made = 0

    def __init__(self) -> None:
        type(self).made += 1
        self.token = f"token-{type(self).made}"
        self.claims: list[str | None] = []

    def get_token(self, *scopes: str, claims: str | None = None, **rest: Any) -> Any:
        self.claims.append(claims)
        return type("Given", (), {"token": self.token})()


@pytest.fixture
def signed_in(session: Any, azure: Azure) -> Any:
    """A reach whose requests carry a token."""
    Counted.made = 0
    session.tokens = Tokens(Counted)
    session.begin(ID, 600)
    return session.reach(ID)


def test_all_pages_are_read_by_their_links(reach: Any, azure: Azure) -> None:
    azure.page_size = 2
    assert len(reach.entries(SITES)) == 6
    assert len(azure.paths(LIST)) == 3


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_throttled_calls_wait_as_long_as_azure_says(reach: Any, azure: Azure, naps: list[float], form: str) -> None:
    wait = "7" if form == "seconds" else formatdate(_now() + 7, usegmt=True)
    azure.fail(LIST, refusal(429, "TooManyRequests", Retry_After=wait), Said(azure.answers[LIST] and {"value": []}))
    assert reach.entries(SITES) == []
    assert 5 <= naps[0] <= 8
    assert reach.counts.throttles == 1 and reach.counts.retries == 1


def _now() -> float:
    from time import time

    return time()


def test_nobody_waits_longer_than_two_minutes(reach: Any, azure: Azure, naps: list[float]) -> None:
    azure.fail(LIST, refusal(429, "TooManyRequests", Retry_After="86400"), Said({"value": []}))
    reach.entries(SITES)
    assert max(naps) <= 121


def test_resource_graph_says_in_its_own_header_when_its_quota_returns(
    reach: Any, azure: Azure, naps: list[float]
) -> None:
    limited = refusal(429, "RateLimiting", x_ms_user_quota_resets_after="00:00:04")
    azure.fail("resourcegraph", limited, Said({"data": []}))
    assert reach.query("resources | project id | order by id asc") == []
    assert 4 <= naps[0] <= 5


def test_what_stays_throttled_is_told_as_such_after_ten_attempts(reach: Any, azure: Azure) -> None:
    azure.fail(LIST, refusal(429, "TooManyRequests"))
    with pytest.raises(Throttled):
        reach.entries(SITES)
    assert len(azure.paths(LIST)) == 10


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_three_passing_failures_are_retried(reach: Any, azure: Azure, status: int) -> None:
    azure.fail(LIST, *[refusal(status, "InternalServerError")] * 3, Said({"value": []}))
    assert reach.entries(SITES) == []
    azure.fail(LIST, refusal(status, "InternalServerError"))
    with pytest.raises(Unreachable):
        reach.entries(SITES)


@pytest.mark.parametrize(
    ("status", "code", "fault", "word"),
    [
        (403, "AuthorizationFailed", Denied, "denied"),
        (404, "SubscriptionNotFound", Denied, "denied"),
        (404, "ResourceNotFound", Missing, "not found"),
        (409, "MissingSubscriptionRegistration", NotApplicable, "not applicable"),
        (404, "SubscriptionNotRegistered", NotApplicable, "not applicable"),
        (403, "ReadOnlyDisabledSubscription", NotApplicable, "not applicable"),
        (400, "InvalidResourceType", Unsupported, "unsupported"),
        (501, "NotImplemented", Unsupported, "unsupported"),
        (401, "InvalidAuthenticationTokenTenant", BadCredentials, "credentials"),
        (400, "BadRequest", BadAnswer, "bad answer"),
        (302, "", BadAnswer, "bad answer"),
    ],
)
def test_each_refusal_is_one_of_the_few_faults(
    reach: Any, azure: Azure, status: int, code: str, fault: type[ReadFault], word: str
) -> None:
    azure.fail("roleassignments", refusal(status, code, "no", Location="http://127.0.0.1:1/elsewhere"))
    with pytest.raises(ReadFault) as told:
        reach.entries(ASSIGNMENTS)
    assert type(told.value) is fault and told.value.error_class == word
    assert len(azure.paths("roleassignments")) == 1
    if fault is Denied:
        assert told.value.permission == "Microsoft.Authorization/roleAssignments/read"


@pytest.mark.parametrize("body", [{}, {"values": []}, {"value": None}, {"value": {}}, [], "[]", "<html>", ""])
def test_a_page_without_its_list_is_a_failed_page(reach: Any, azure: Azure, body: Json) -> None:
    azure.fail(LIST, Said(body))
    with pytest.raises(BadAnswer):
        reach.entries(SITES)


def test_an_answer_that_is_cut_off_is_tried_again(reach: Any, azure: Azure) -> None:
    azure.fail(LIST, Said({"value": []}, cut=True), Said({"value": []}))
    assert reach.entries(SITES) == []
    azure.fail(LIST, Said({"value": [{"id": "x" * 500}]}, cut=True))
    with pytest.raises(Unreachable, match="cut off"):
        reach.entries(SITES)


def test_a_page_that_names_itself_again_and_again_is_noticed(reach: Any, azure: Azure) -> None:
    azure.fail(LIST, Said({"value": [], "nextLink": f"{azure.url}{LIST}?again=1"}))
    with pytest.raises(BadAnswer, match="3 times"):
        reach.entries(SITES)
    assert len(azure.paths(LIST)) == 3


def test_a_token_of_resource_graph_that_repeats_is_noticed(reach: Any, azure: Azure) -> None:
    azure.fail("resourcegraph", Said({"data": [], "$skipToken": "same"}))
    with pytest.raises(BadAnswer, match="3 times"):
        reach.query("resources")


def test_rows_that_were_cut_off_without_a_token_are_a_failed_page(reach: Any, azure: Azure) -> None:
    azure.fail("resourcegraph", Said({"data": [], "resultTruncated": "true"}))
    with pytest.raises(BadAnswer, match="cut off"):
        reach.query("resources")


@pytest.mark.parametrize("link", ["https://elsewhere.example/x", "http://127.0.0.1:9/x", "//elsewhere.example/x", "/x"])
def test_a_next_page_at_another_address_is_not_followed(reach: Any, azure: Azure, link: str) -> None:
    azure.fail(LIST, Said({"value": [], "nextLink": link}))
    with pytest.raises(BadAnswer, match="another address"):
        reach.entries(SITES)


def test_an_expired_token_is_renewed_once_and_the_same_page_goes_on(signed_in: Any, azure: Azure) -> None:
    azure.page_size = 2
    pages = signed_in.pages(SITES)
    next(pages)
    azure.fail(LIST, refusal(401, "ExpiredAuthenticationToken"), Said({"value": []}))
    assert list(pages) == [[]]
    tokens = [asked.headers["Authorization"] for asked in azure.asked if asked.path == LIST]
    assert tokens == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]
    assert azure.asked[-1].query["$skiptoken"] == ["2"]


def test_a_token_that_stays_refused_is_bad_credentials(signed_in: Any, azure: Azure) -> None:
    azure.fail(LIST, refusal(401, "ExpiredAuthenticationToken"))
    with pytest.raises(BadCredentials):
        signed_in.entries(SITES)
    assert len(azure.paths(LIST)) == 2


def test_a_challenge_is_answered_with_its_claims(signed_in: Any, azure: Azure, session: Any) -> None:
    challenge = 'Bearer authorization_uri="x", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="'
    azure.fail(LIST, refusal(401, "Unauthorized", WWW_Authenticate=challenge), Said({"value": []}))
    assert signed_in.entries(SITES) == []
    assert session.tokens._credential.claims == ['{"access_token":{}}']


def test_without_credentials_no_token_is_sent(reach: Any, azure: Azure) -> None:
    reach.ask(SUBSCRIPTION)
    assert "Authorization" not in azure.asked[-1].headers


def test_a_missing_secret_is_bad_credentials(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"endpoint": azure.url, "tenant": ID, "client_id": ID, "secret": "env:AZURE_TEST_SECRET"}
    monkeypatch.delenv("AZURE_TEST_SECRET", raising=False)
    session = PROVIDER.connect(AccountRef("azure", ID, "x", PROVIDER.connection(ID, answers)))
    with pytest.raises(BadCredentials, match="AZURE_TEST_SECRET"):
        session.reach(ID).ask(SUBSCRIPTION)


def test_a_scope_ends_when_its_time_is_over(session: Any, azure: Azure) -> None:
    session.begin(ID, 0)
    with pytest.raises(DeadlinePassed):
        session.reach(ID).entries(SITES)
    session.begin(ID, 30)
    azure.fail(LIST, refusal(429, "TooManyRequests", Retry_After="60"))
    with pytest.raises(DeadlinePassed):
        session.reach(ID).entries(SITES)


def test_an_endpoint_may_have_a_path_before_it(azure: Azure) -> None:
    azure.answers[f"/proxy{IN}"] = azure.answers[IN]
    connection = PROVIDER.connection(ID, {"endpoint": f"{azure.url}/proxy/", "anonymous": True})
    session = PROVIDER.connect(AccountRef("azure", ID, "x", connection))
    assert session.reach(ID).ask(SUBSCRIPTION)["subscriptionId"] == ID


def test_nobody_there_is_unreachable(azure: Azure) -> None:
    connection = PROVIDER.connection(ID, {"endpoint": "http://127.0.0.1:9", "anonymous": True})
    session = PROVIDER.connect(AccountRef("azure", ID, "x", connection))
    with pytest.raises(Unreachable, match="cannot be reached"):
        session.reach(ID).ask(SUBSCRIPTION)


def test_odd_names_stay_within_their_path(reach: Any, azure: Azure) -> None:
    with pytest.raises(Missing):
        reach.entries(FUNCTIONS, site=f"{CHECKOUT}?x=1#y {{z}}")
    assert azure.asked[-1].path.startswith(CHECKOUT.lower()) and "x" not in azure.asked[-1].query
