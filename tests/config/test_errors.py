"""A fault of ours shows a reference and nothing else; a database that is away is 503, not a stack trace."""

from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from config import urls
from inventory.permission import needs

SECRET = "password=hunter2 host=10.1.2.3"


def raising(fault: Exception) -> Any:
    @login_not_required
    @needs("anyone")
    def view(_request: HttpRequest) -> HttpResponse:
        raise fault

    return view


handler500 = urls.handler500
urlpatterns = [
    *urls.urlpatterns,
    path("broken/", raising(ValueError(SECRET))),
    path("away/", raising(OperationalError(SECRET))),
    path("cut/", raising(InterfaceError(SECRET))),
    path("api/v1/broken/", raising(ValueError(SECRET))),
    path("api/v1/away/", raising(OperationalError(SECRET))),
]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


def test_a_fault_shows_a_reference_and_nothing_of_its_cause(
    visitor: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = visitor.get("/broken/")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "Reference" in page
    assert not any(word in page for word in ("hunter2", "Traceback", "ValueError"))
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["/away/", "/cut/"])
def test_a_database_that_is_away_is_503_with_a_time_to_try_again(visitor: Client, address: str) -> None:
    answer = visitor.get(address)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "10"
    assert "The database does not answer" in answer.content.decode()
    assert "hunter2" not in answer.content.decode()


@pytest.mark.django_db
def test_a_database_that_goes_away_before_the_page_is_reached_is_503_too(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.cookies["fanlight"] = "a" * 32

    def away(*_args: Any, **_kwargs: Any) -> Any:
        raise OperationalError(SECRET)

    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.cursor", away)
    assert visitor.get("/accounts/").status_code == 503


@pytest.mark.parametrize(("address", "status"), [("/api/v1/broken/", 500), ("/api/v1/away/", 503)])
def test_the_api_answers_with_problem_details(visitor: Client, address: str, status: int) -> None:
    answer = visitor.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["detail"].startswith("Reference ")
    assert "hunter2" not in answer.content.decode()


def test_a_missing_page_is_told_in_the_frame(visitor: Client) -> None:
    answer = visitor.get("/no-such-page/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()
