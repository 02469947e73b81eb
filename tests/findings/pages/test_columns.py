"""Columns of the functions list: named sets, one's own and shared, and what single columns tell."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from inventory.models import ColumnSet, Function, User
from tests.cast import Cast


def text(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def test_columns_are_kept_under_a_name_and_chosen_again(analyst: Client, cast: Cast) -> None:
    analyst.post("/search/columns/sets/", {"name": "Sizes", "columns": "name,memory,code-size", "back": "/functions/"})
    page = analyst.get("/functions/")
    assert 'href="/functions/?columns=name%2Cmemory%2Ccode-size"' in page.content.decode()
    chosen = analyst.get("/functions/?columns=name,memory,code-size")
    assert [head["column"].name for head in chosen.context["heads"]] == ["name", "memory", "code-size"]
    assert [one.here for one in chosen.context["sets"]] == [True]
    (told,) = analyst.get("/api/v1/column-sets/").json()["results"]
    assert (told["slug"], told["columns"], told["shared"]) == ("sizes", ["name", "memory", "code-size"], False)


def test_a_set_of_columns_is_kept_and_forgotten_by_its_owner_only(analyst: Client, cast: Cast) -> None:
    ColumnSet.objects.create(owner=cast.viewer, slug="theirs", name="Theirs", columns=["name"])
    assert "Theirs" not in text(analyst.get("/functions/"))
    assert "Theirs" not in text(analyst.get("/settings/searches/"))
    assert analyst.post("/search/columns/sets/theirs/forget/").status_code == 404
    assert analyst.post("/settings/columns/theirs/share/", {"shared": "yes"}).status_code in (403, 404)
    analyst.post("/search/columns/sets/", {"name": "Mine", "columns": "memory"})
    assert "Mine" in text(analyst.get("/settings/searches/"))
    assert analyst.post("/search/columns/sets/mine/forget/").status_code == 302
    assert not ColumnSet.objects.filter(owner=cast.analyst).exists()


def test_a_shared_set_is_offered_to_everybody_with_its_owner(analyst: Client, cast: Cast) -> None:
    User.objects.filter(pk=cast.analyst.pk).update(role="analyst")
    analyst.post("/search/columns/sets/", {"name": "Ours", "columns": "memory"})
    analyst.post("/settings/columns/ours/share/", {"shared": "yes"})
    reader = Client()
    reader.force_login(cast.viewer)
    (one,) = reader.get("/functions/").context["sets"]
    assert (one.title, one.owner, one.slug) == ("Ours", "analyst", "")
    assert "Ours" in text(reader.get("/settings/searches/"))


@pytest.mark.parametrize(
    "said", [{"name": "!", "columns": "memory"}, {"name": "x", "columns": "colour"}, {"name": "x", "list": "nowhere"}]
)
def test_a_set_of_what_there_is_not_is_refused(analyst: Client, said: dict[str, str]) -> None:
    assert analyst.post("/search/columns/sets/", said).status_code == 400
    assert not ColumnSet.objects.exists()


def test_signing_tells_what_becomes_of_unsigned_code(analyst: Client, cast: Cast) -> None:
    told: dict[str, dict[str, str] | None] = {
        "checkout": {"config": "arn:x", "untrusted": "Enforce"},
        "janitor": {"config": "arn:x", "untrusted": "Warn"},
        "mailer": {"config": ""},
        "invoices": None,
    }
    for name, signing in told.items():
        latest = cast.functions[name].resource.latest
        assert latest is not None
        latest.document = {**latest.document, "signing": signing} if signing else latest.document
        latest.save()
    Function.objects.filter(name="thumbnails").update(package="Image")
    rows = csv.DictReader(io.StringIO(b"".join(analyst.get("/functions.csv?columns=signing")).decode()))
    assert {row["name"]: row["signing"] for row in rows} == {
        "checkout": "enforced", "janitor": "warned", "mailer": "none", "invoices": "", "thumbnails": "",
    }  # fmt: skip
    page = text(analyst.get("/functions/?columns=signing"))
    assert "enforced" in page and "warned" in page
    cells = {
        row["function"]["name"]: row["cells"][1]["value"]
        for row in analyst.get("/functions/?columns=signing").context["rows"]
    }
    assert (cells["invoices"], cells["thumbnails"]) == (None, ""), "what was not read is unknown"


def test_a_column_that_there_is_not_is_named_and_no_file_has_other_ones(analyst: Client, cast: Cast) -> None:
    page = analyst.get("/functions/?columns=name,last-invoked")
    assert "There is no column “last-invoked”" in text(page)
    assert "The usual ones are shown." in text(page)
    for ending in ("csv", "jsonl"):
        refused = analyst.get(f"/functions.{ending}?columns=name,last-invoked")
        assert refused.status_code == 400
        assert "There is no column “last-invoked”" in refused.content.decode()
    assert "There is no column" not in text(analyst.get("/functions/?columns=name,runtime"))
