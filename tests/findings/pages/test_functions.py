"""The list of functions: what it shows, that its address is its state, and that it never says more than is known."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from inventory.models import Account, Function, SavedSearch, Scope, Tag
from inventory.search import paging, patience
from inventory.search.facets import facets
from inventory.search.lists import FUNCTIONS
from inventory.templatetags.fanlight import severity_counts
from tests.cast import NUMBER, Cast, native_id
from tests.many import copy_mailer


@pytest.fixture
def analyst(cast: Cast, client: Client) -> Client:
    client.force_login(cast.analyst)
    return client


@pytest.fixture
def fresh(cast: Cast) -> None:
    Scope.objects.update(read_at=timezone.now(), complete_at=timezone.now(), state="complete")


def names(page: Any) -> list[str]:
    return [row["function"]["name"] for row in page.context["rows"]]


def text(page: Any) -> str:
    return " ".join(page.content.decode().split())


def test_every_present_function_is_listed_by_name(analyst: Client) -> None:
    page = analyst.get("/functions/")
    assert names(page) == ["checkout", "invoices", "janitor", "mailer", "thumbnails"]
    assert native_id("checkout") in text(page)
    assert page.context["total"] == 5


def test_nobody_sees_it_without_signing_in(client: Client, cast: Cast) -> None:
    for address in ("/functions/", "/functions.csv", "/functions.jsonl", "/search/functions/facets/",
                    "/search/functions/suggest/", "/search/functions/check/"):  # fmt: skip
        assert client.get(address).status_code == 302


def test_the_query_order_columns_and_size_are_in_the_address(analyst: Client) -> None:
    page = analyst.get(
        "/functions/", {"q": "runtime:python", "sort": "-memory", "columns": "memory,tags", "size": "25"}
    )
    assert names(page)[0] == "checkout"
    assert "thumbnails" not in names(page)
    assert [head["column"].name for head in page.context["heads"]] == ["name", "memory", "tags"]
    assert page.context["asked"].size == 25
    assert page.context["heads"][1]["sorted"] == "descending"
    nonsense = analyst.get(
        "/functions/", {"sort": "colour", "columns": "colour", "size": "9", "after": "x", "peek": "y"}
    )
    assert nonsense.status_code == 200
    assert len(names(nonsense)) == 5


def test_pages_are_walked_by_key(analyst: Client, cast: Cast) -> None:
    copy_mailer(cast, 60)
    first = analyst.get("/functions/", {"size": "25"})
    assert len(names(first)) == 25
    assert "1–25 of 65" in text(first)
    later = next(link for link in links(first) if "after=" in link)
    second = analyst.get(f"/functions/{later}")
    assert "26–50 of 65" in text(second)
    assert not set(names(first)) & set(names(second))


def test_a_total_beyond_the_limit_is_not_counted_until_asked(analyst: Client, cast: Cast, monkeypatch: Any) -> None:
    copy_mailer(cast, 60)
    monkeypatch.setattr(paging, "COUNTED", 30)
    page = analyst.get("/functions/", {"size": "25"})
    assert "30+" in text(page)
    assert "count exactly" in text(page)
    assert "65" in text(analyst.get("/functions/", {"size": "25", "exactly": "1"}))


def test_a_wrong_query_is_told_with_its_place(analyst: Client) -> None:
    page = analyst.get("/functions/", {"q": "runtime:python privilege:root"})
    assert page.status_code == 400
    assert "<mark>root</mark>" in text(page)
    assert "One of none, read, write, near-admin, admin" in text(page)
    told = analyst.get("/search/functions/check/", {"q": "a (b"}).json()
    assert told["start"] == 2
    assert analyst.get("/search/functions/check/", {"q": "a b"}).json() == {}


def test_a_misspelt_field_is_pointed_out(analyst: Client) -> None:
    assert "<code>runtime:</code> meant?" in text(analyst.get("/functions/", {"q": "runtme:python"}))


def test_a_search_that_takes_too_long_is_stopped_with_advice(analyst: Client, monkeypatch: Any) -> None:
    def slow(*_: Any, **__: Any) -> Any:
        raise patience.TooSlow("This search took more than 5 s and was stopped.")

    monkeypatch.setattr(paging, "page_of", slow)
    page = analyst.get("/functions/", {"q": "a"})
    assert page.status_code == 422
    assert "Narrow it" in text(page)


def test_without_accounts_it_says_how_to_begin(client: Client, django_user_model: Any) -> None:
    client.force_login(django_user_model.objects.create_user("first", password="first-of-all-1"))
    assert "No account is connected yet" in text(client.get("/functions/"))


def test_nothing_found_tells_what_each_part_costs(analyst: Client, fresh: None) -> None:
    page = analyst.get("/functions/", {"q": "runtime:python3.13 has:url"})
    costs = {one["part"]: one["count"] for one in page.context["qualifiers"]}
    assert costs == {"runtime:python3.13": 1, "has:url": 4}
    assert "1 of 1 account read completely" in text(page)


def test_nothing_found_is_no_all_clear_while_something_was_not_read(analyst: Client) -> None:
    page = analyst.get("/functions/", {"q": "exposure:external"})
    assert "This is no all-clear: only 0 of 1 account read completely" in text(page)


def test_counts_that_may_be_too_low_say_so_and_late_rows_have_a_clock(analyst: Client) -> None:
    page = analyst.get("/functions/")
    assert "≥" in text(page)
    assert "not read lately" in text(page)
    Scope.objects.update(read_at=timezone.now(), complete_at=timezone.now(), state="complete")
    page = analyst.get("/functions/")
    assert "≥" not in text(page)
    assert "not read lately" not in text(page)


def test_facets_count_and_lead_to_what_they_count(analyst: Client) -> None:
    page = analyst.get("/search/functions/facets/", {"q": "runtime:python3.13", "sort": "-changed"})
    found = {one["name"]: one for one in page.context["facets"]}
    write = next(entry for entry in found["privilege"]["choices"] if entry["choice"].value == "write")
    assert write["choice"].count == 1
    assert parse_qs(urlsplit(write["toggle"]).query) == {
        "q": ["runtime:python3.13 privilege:write"],
        "sort": ["-changed"],
    }
    assert len(names(analyst.get(write["toggle"]))) == 1
    assert sorted(names(analyst.get(write["exclude"]))) == ["invoices", "janitor", "mailer"]
    assert found["tag"]["facet"] is None
    (tags,) = analyst.get("/search/functions/facets/", {"facet": "tag"}).context["facets"]
    assert {entry["choice"].value: entry["choice"].count for entry in tags["choices"]} == {"team": 5, "env": 4}


def test_without_script_the_facets_are_on_the_page_when_asked_for(analyst: Client) -> None:
    assert analyst.get("/functions/").context["facets"] is None
    page = analyst.get("/functions/", {"facets": "1"})
    assert "Exclude Privilege admin" in text(page)


def test_peek_shows_one_function_and_why_it_is_there(analyst: Client, cast: Cast) -> None:
    uid = cast.functions["mailer"].uid
    page = analyst.get("/functions/", {"q": "can:s3:GetObject mail", "peek": uid})
    why = {one.part: one.because for one in page.context["peek"]["why"]}
    assert why["can:s3:GetObject"] == ("inline office allows s3:GetObject on *",)
    assert why["mail"] == ("in its name",)
    panel = analyst.get(f"/search/functions/peek/{uid}/", {"q": "tag.team:office"})
    assert "team=office" in text(panel)
    assert analyst.get("/search/functions/peek/0000/").status_code == 404


def test_completions_offer_fields_and_values_with_counts(analyst: Client) -> None:
    def offered(query: str) -> list[tuple[str, str]]:
        entries = analyst.get("/search/functions/suggest/", {"q": query, "at": str(len(query))}).json()["entries"]
        return [(entry["text"], entry["note"]) for entry in entries]

    assert offered("check priv")[0][0] == "privilege:"
    assert ("admin", "") in offered("-privilege:a")
    assert offered("runtime:py") == [("python3.13", "4")]
    assert ("thumbnails", "") not in offered("region:")
    assert offered("tag.te") == [("tag.team:", "5")]
    assert offered("tag.team:of") == [("office", "2")]
    assert offered('account:"acme') == [("acme-prod", "5")]
    assert offered("network:vpc-0a1b, nothing:") == []


def test_csv_is_the_list_with_formulas_made_harmless(analyst: Client, cast: Cast) -> None:
    for start in "=+-@\t\r\n＝＋－＠":
        Tag.objects.create(function=cast.functions["mailer"], key=f"{start}key", value=f"{start}cmd|' /C calc'!A0")
    Function.objects.filter(name="mailer").update(name="=2+3")
    answer = analyst.get(
        "/functions.csv", {"q": "-runtime:nodejs*", "columns": "name,memory,owner,tags", "sort": "-memory"}
    )
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    stamp = answer["Content-Disposition"]
    assert stamp.startswith('attachment; filename="functions_') and stamp.endswith('Z.csv"')
    rows = list(csv.reader(io.StringIO(streamed(answer))))
    assert rows[0] == ["name", "memory", "owner", "tags"]
    assert rows[1][:2] == ["checkout", "512"]
    assert "'=2+3" in [row[0] for row in rows]
    assert all(not cell or cell[0] not in "=+-@\t\r\n＝＋－＠" for row in rows for cell in row)


def test_json_lines_begin_with_what_they_are(analyst: Client) -> None:
    answer = analyst.get("/functions.jsonl", {"q": "has:url", "columns": "name,exposure"})
    first, *rest = [json.loads(line) for line in streamed(answer).splitlines()]
    assert first["query"] == "has:url"
    assert "as_of" in first
    assert [(row["name"], row["exposure"]) for row in rest] == [("thumbnails", "public_anonymous")]
    assert analyst.get("/functions.csv", {"q": "has:wings"}).status_code == 400


def test_columns_are_kept_for_the_person_in_their_order(analyst: Client, cast: Cast) -> None:
    chosen = ["name", "tags", "memory"]
    told = {"column": chosen, "move": "memory:up", "size": "100", "back": "/functions/?q=mail"}
    answer = analyst.post("/search/functions/columns/", told)
    assert answer["Location"] == "/functions/?q=mail"
    page = analyst.get("/functions/")
    assert [head["column"].name for head in page.context["heads"]] == ["name", "memory", "tags"]
    assert page.context["asked"].size == 100
    analyst.post("/search/functions/columns/", {"column": chosen, "usual": "1"})
    assert len(analyst.get("/functions/").context["heads"]) > 3
    assert analyst.get("/search/functions/columns/").status_code == 405
    assert analyst.post("/search/functions/columns/", {"column": "colour"}).status_code == 400


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_the_way_back_never_leads_elsewhere(analyst: Client, back: str) -> None:
    assert analyst.post("/search/functions/columns/", {"column": "name", "back": back})["Location"] == "/functions/"


def test_a_search_is_kept_and_forgotten_by_its_owner_only(analyst: Client, cast: Cast) -> None:
    analyst.post("/search/saved/", {"name": "Our shop", "query": "tag.team:shop", "back": "/functions/"})
    assert "Our shop" in text(analyst.get("/functions/"))
    SavedSearch.objects.create(owner=cast.viewer, slug="theirs", name="Theirs", query="")
    assert "Theirs" not in text(analyst.get("/functions/"))
    assert analyst.post("/search/saved/theirs/forget/").status_code == 404
    assert analyst.post("/search/saved/our-shop/forget/").status_code == 302
    assert "Our shop" not in text(analyst.get("/functions/"))
    assert analyst.post("/search/saved/", {"name": "Bad", "query": "has:wings"}).status_code == 400


def test_the_scope_limits_list_facets_and_export_whatever_the_query_says(analyst: Client, cast: Cast) -> None:
    other = Account.objects.create(provider="gcp", native_id="acme-data", name="acme-data")
    Function.objects.filter(name="mailer").update(account=other, provider="gcp")
    told = {"scope": "provider:gcp", "q": "name:checkout OR name:mailer"}
    assert names(analyst.get("/functions/", told)) == ["mailer"]
    facets = analyst.get("/search/functions/facets/", told).context["facets"]
    assert [entry["choice"].count for entry in facets[0]["choices"]] == [1]
    assert "checkout" not in streamed(analyst.get("/functions.csv", told))


def test_every_field_has_its_line_in_the_help(analyst: Client) -> None:
    page = text(analyst.get("/search/functions/fields/"))
    assert "log-retention:" in page and "can:s3:DeleteObject on:" in page
    assert analyst.get("/search/nothing/fields/").status_code == 404


def links(page: Any) -> list[str]:
    return [piece.split('"')[0].replace("&amp;", "&") for piece in page.content.decode().split('href="')[1:]]


def streamed(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


@pytest.mark.parametrize("visible", [False, True])
def test_accounts_that_may_not_be_seen_show_nowhere(
    analyst: Client, cast: Cast, monkeypatch: Any, visible: bool
) -> None:
    """Neither rows nor counts, completions, peeks or exports tell of an account outside what a person may see."""
    mine = Account.objects.create(provider="gcp", native_id="acme-data", name="acme-data")
    shown = NUMBER if visible else mine.native_id
    monkeypatch.setattr(
        "inventory.models.account.AccountQuerySet.visible_to", lambda self, user: self.filter(native_id=shown)
    )
    assert bool(names(analyst.get("/functions/"))) is visible
    facets = analyst.get("/search/functions/facets/").context["facets"]
    assert any(one["choices"] for one in facets) is visible
    for query in ("account:", "runtime:", "tag.", "tag.team:", "region:"):
        offered = analyst.get("/search/functions/suggest/", {"q": query}).json()["entries"]
        assert any(entry["note"].isdigit() for entry in offered) is visible, query
    uid = cast.functions["mailer"].uid
    assert (analyst.get(f"/search/functions/peek/{uid}/").status_code == 200) is visible
    assert ("mailer" in analyst.get("/functions/", {"peek": uid, "q": "name:x"}).content.decode()) is visible
    for address in ("/functions.csv", "/functions.jsonl"):
        assert ("mailer" in streamed(analyst.get(address))) is visible
    for name in (
        "functions",
        "identities",
        "accounts",
        "bindings",
        "privileges",
        "snapshots",
        "changes",
        "activity",
        "coverage",
    ):
        rows = analyst.get(f"/api/v1/{name}/").json()["results"]
        assert any("acme-data" not in str(row) for row in rows) is visible, name
    assert (analyst.get(f"/api/v1/functions/{uid}/").status_code == 200) is visible
    assert (analyst.get(f"/api/v1/snapshots/{uid}/1/").status_code == 200) is visible


def test_findings_are_counted_with_letters_and_told_in_words() -> None:
    told = str(severity_counts({"critical": 1, "high": 0, "medium": 12, "low": 3, "info": 0}))
    assert ">C1<" in told and ">M12<" in told
    assert ">H0<" not in told and ">L3<" not in told, "what is graver comes first"
    assert told.endswith('<span class="visually-hidden">1 critical, 12 medium, 3 low</span>')
    assert ">L2<" in str(severity_counts({"low": 2})), "nothing graver is open"


def test_accounts_of_one_name_show_their_cloud(analyst: Client, cast: Cast) -> None:
    found = facets(FUNCTIONS.search("", cast.analyst, timezone.now()), ["account", "region"])
    assert {choice.provider for choice in found[0].choices} == {"aws"}
    assert {choice.provider for choice in found[1].choices} == {""}
    assert '<span class="provider" title="AWS">' in analyst.get("/functions/?facets=1").content.decode()


def test_names_of_variables_are_a_column_and_unknown_where_they_were_not_read(analyst: Client, cast: Cast) -> None:
    mailer, other = cast.functions["mailer"], cast.functions["thumbnails"]
    Function.objects.filter(pk=mailer.pk).update(variables="\nTABLE\nTOKEN\n", variable_count=2)
    Function.objects.filter(pk=other.pk).update(variables=None, variable_count=None)
    page = analyst.get("/functions/?columns=variable-names")
    shown = {row["function"]["name"]: row["cells"][1]["value"] for row in page.context["rows"]}
    assert shown["mailer"] == ["TABLE", "TOKEN"]
    assert shown["thumbnails"] is None, "not read: unknown, not none"
    told = streamed(analyst.get("/functions.csv", {"q": "mailer", "columns": "name,variable-names"}))
    assert "TABLE" in told and "TOKEN" in told
