"""Comments on revisions: who may leave one, who sees it, and what becomes of one that is withdrawn."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from inventory.models import Account, Assignment, AuditEntry, RevisionComment, Role, User
from inventory.models.comment import AppendOnly
from tests.cast import Cast
from tests.routes import OBJECTS

WORDS = "Planned: ticket 4711"
HOSTILE = '<script>alert(1)</script> {{7*7}} "><img src=x onerror=alert(4)>'


def address(cast: Cast, name: str = "checkout", number: int = 2) -> str:
    return f"/revisions/{cast.functions[name].uid}/{number}/comment/"


def history(client: Client, cast: Cast, query: str = "?to=2", name: str = "checkout") -> str:
    return client.get(f"/functions/{cast.functions[name].uid}/history/{query}").content.decode()


def api(cast: Cast, number: int = 2) -> str:
    return f"/api/v1/snapshots/{cast.functions['checkout'].uid}/{number}/comments/"


@pytest.fixture
def analyst(cast: Cast, client: Client) -> Client:
    cast.analyst.role = Role.ANALYST
    cast.analyst.save()
    client.force_login(cast.analyst)
    return client


@pytest.fixture
def viewer(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.viewer)
    return client


def test_a_comment_stands_beside_its_revision_and_on_its_page(analyst: Client, viewer: Client, cast: Cast) -> None:
    answer = analyst.post(address(cast), {"text": f"  {WORDS}\n"})
    assert answer["Location"] == f"/functions/{cast.functions['checkout'].uid}/history/?to=2#comments"
    for client in (analyst, viewer):
        assert history(client, cast).count(WORDS) == 2, "on the timeline and below the comparison"
    assert history(analyst, cast, "?to=1&from=1").count(WORDS) == 1, "on the timeline only: another revision is shown"
    made = RevisionComment.objects.get()
    assert (made.by_name, made.text, made.snapshot.number) == ("analyst", WORDS, 2)


def test_a_revision_without_another_can_be_commented_on(analyst: Client, cast: Cast) -> None:
    assert "Comments on revision 1" in history(analyst, cast, "", "mailer")
    analyst.post(address(cast, "mailer", 1), {"text": WORDS})
    assert history(analyst, cast, "", "mailer").count(WORDS) == 2


@pytest.mark.parametrize(("kind", "place"), [("identities", "identities"), ("policy", "policies")])
def test_identities_and_policies_have_them_too(analyst: Client, cast: Cast, kind: str, place: str) -> None:
    uid = OBJECTS["policy"](cast)["uid"] if kind == "policy" else cast.identities["office-shared"].uid
    answer = analyst.post(f"/revisions/{uid}/1/comment/", {"text": WORDS})
    assert answer["Location"].startswith(f"/{place}/{uid}/")
    assert WORDS in analyst.get(f"/{place}/{uid}/").content.decode()


def test_hostile_words_are_shown_as_they_are(analyst: Client, cast: Cast) -> None:
    analyst.post(address(cast), {"text": HOSTILE})
    page = history(analyst, cast)
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}}") == 2


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 2001])
def test_what_cannot_be_kept_is_refused_with_a_sentence(analyst: Client, cast: Cast, text: str) -> None:
    answer = analyst.post(address(cast), {"text": text}, follow=True)
    assert not RevisionComment.objects.exists()
    assert any(words in answer.content.decode() for words in ("needs words", "At most 2000"))


def test_only_who_wrote_it_withdraws_it_and_its_words_are_gone(analyst: Client, viewer: Client, cast: Cast) -> None:
    analyst.post(address(cast), {"text": WORDS})
    pk = RevisionComment.objects.get().pk
    other = Client()
    other.force_login(User.objects.create_user("another", role=Role.ADMIN))
    assert f"/revision-comments/{pk}/withdraw/" not in history(other, cast)
    assert other.post(f"/revision-comments/{pk}/withdraw/").status_code == 403
    assert WORDS in history(viewer, cast)
    assert f"/revision-comments/{pk}/withdraw/" in history(analyst, cast)
    for _ in range(2):
        analyst.post(f"/revision-comments/{pk}/withdraw/")
    page = history(viewer, cast)
    assert WORDS not in page
    assert "withdrew a comment" in page and "Withdrawn " in page
    (told,) = viewer.get(api(cast)).json()["results"]
    assert told["text"] is None and told["withdrawn_at"] and told["by"] == "analyst"
    assert AuditEntry.objects.filter(action="comment").count() == 2, "made once, withdrawn once"


def test_a_viewer_reads_and_is_offered_nothing_else(viewer: Client, cast: Cast) -> None:
    cast.viewer.role = Role.VIEWER
    cast.viewer.save()
    assert "revisions/" not in history(viewer, cast).partition("Comments on revision")[2]
    assert viewer.post(address(cast), {"text": WORDS}).status_code == 403
    assert viewer.post(api(cast), {"text": WORDS}, content_type="application/json").status_code == 403


def test_an_analyst_of_another_account_finds_nothing_to_comment_on(cast: Cast) -> None:
    other = Account.objects.create(provider="gcp", native_id="acme-office", name="acme-office")
    who, client = User.objects.create_user("far", role=""), Client()
    Assignment.objects.create(user=who, role=Role.ANALYST, account=other)
    client.force_login(who)
    made = RevisionComment.objects.create(
        snapshot=cast.functions["checkout"].resource.snapshots.get(number=2), at=cast.account.created_at, by=who,
        by_name="far", text=WORDS,
    )  # fmt: skip
    assert client.post(address(cast), {"text": WORDS}).status_code == 404
    assert client.post(f"/revision-comments/{made.pk}/withdraw/").status_code == 404
    assert client.get(api(cast)).status_code == 404
    assert client.post(api(cast), {"text": WORDS}, content_type="application/json").status_code == 404


def test_who_may_triage_elsewhere_only_may_not_comment_here(cast: Cast) -> None:
    other = Account.objects.create(provider="gcp", native_id="acme-office", name="acme-office")
    who, client = User.objects.create_user("half", role=Role.VIEWER), Client()
    Assignment.objects.create(user=who, role=Role.ANALYST, account=other)
    client.force_login(who)
    assert client.post(address(cast), {"text": WORDS}).status_code == 403
    assert client.post(api(cast), {"text": WORDS}, content_type="application/json").status_code == 403
    assert "Comment</button>" not in history(client, cast)


def test_the_api_lists_and_adds(analyst: Client, cast: Cast) -> None:
    answer = analyst.post(api(cast), {"text": WORDS}, content_type="application/json")
    assert answer.status_code == 201
    assert (answer.json()["by"], answer.json()["text"]) == ("analyst", WORDS)
    assert [row["text"] for row in analyst.get(api(cast)).json()["results"]] == [WORDS]
    assert analyst.get(api(cast, 1)).json()["results"] == []
    assert analyst.get(api(cast, 7)).status_code == 404
    wrong: list[dict[str, Any]] = [{"text": " "}, {"text": "x" * 2001}, {}, {"text": WORDS, "by": "somebody"}]
    for said in wrong:
        assert analyst.post(api(cast), said, content_type="application/json").status_code == 400, said


def test_exports_of_history_hold_them(analyst: Client, cast: Cast) -> None:
    analyst.post(address(cast), {"text": WORDS})
    uid = cast.functions["checkout"].uid
    (told,) = analyst.get(f"/functions/{uid}/revisions/2.json").json()["comments"]
    assert (told["text"], told["by"]) == (WORDS, "analyst")
    out = io.StringIO()
    call_command("history", uid, format="json", stdout=out)
    second, first = [row for row in json.loads(out.getvalue()) if row["uid"] == uid]
    assert [one["text"] for one in second["comments"]] == [WORDS]
    assert first["comments"] == []


def test_the_audit_log_tells_who_said_what_where(analyst: Client, cast: Cast) -> None:
    analyst.post(address(cast), {"text": WORDS})
    entry = AuditEntry.objects.get(action="comment")
    assert (entry.who, entry.kind, entry.account) == ("analyst", "revisioncomment", cast.account.pk)
    assert json.loads(entry.after) == {
        "resource": "checkout", "uid": cast.functions["checkout"].uid, "revision": 2, "said": WORDS,
    }  # fmt: skip


def test_a_comment_is_never_changed_nor_removed(analyst: Client, cast: Cast) -> None:
    analyst.post(address(cast), {"text": WORDS})
    made = RevisionComment.objects.get()
    made.text = "Something else"
    with pytest.raises(AppendOnly):
        made.save()
    with pytest.raises(AppendOnly):
        made.delete()
