"""The header of a function: watching it, collecting it, comparing it, and its lasting address."""

from __future__ import annotations

from urllib.parse import quote

from django.test import Client

from inventory.models import User
from tests.cast import Cast, native_id


def test_a_watched_function_stands_on_the_overview_until_it_is_watched_no_more(analyst: Client, cast: Cast) -> None:
    uid = cast.functions["thumbnails"].uid
    assert "Watched by me" not in analyst.get("/").content.decode()
    analyst.post(f"/functions/{uid}/watch/", {"watch": "yes"})
    analyst.post(f"/functions/{uid}/watch/", {"watch": "yes"})
    assert User.objects.get(pk=cast.analyst.pk).preference("watched") == [uid]
    page = analyst.get("/").content.decode()
    assert "Watched by me" in page
    assert f"q=uid%3A{uid}" in page
    assert "Stop watching" in analyst.get(f"/functions/{uid}/").content.decode()
    analyst.post(f"/functions/{uid}/watch/", {"watch": "no"})
    assert "Watched by me" not in analyst.get("/").content.decode()


def test_watching_shows_nothing_that_the_person_may_no_longer_see(client: Client, cast: Cast) -> None:
    stranger = User.objects.create_user("stranger", password="stranger-of-none-1", role="",
                                        preferences={"watched": [cast.functions["thumbnails"].uid]})  # fmt: skip
    client.force_login(stranger)
    assert "thumbnails" not in client.get("/").content.decode()
    uid = cast.functions["mailer"].uid
    assert client.post(f"/functions/{uid}/watch/", {"watch": "yes"}).status_code in (403, 404)


def test_the_header_leads_to_comparing_and_copies_an_address_that_resolves(analyst: Client, cast: Cast) -> None:
    mailer = cast.functions["mailer"]
    page = analyst.get(f"/functions/{mailer.uid}/").content.decode()
    assert f"/compare/?b={mailer.uid}" in page
    permalink = f"/r/?id={quote(native_id('mailer'), safe='')}"
    assert permalink in page
    assert analyst.get(permalink)["Location"] == f"/functions/{mailer.uid}/"


def test_only_who_may_collect_is_offered_to_read_it_again(client: Client, cast: Cast) -> None:
    uid = cast.functions["mailer"].uid
    client.force_login(cast.viewer)
    assert "Collect now" not in client.get(f"/functions/{uid}/").content.decode()
    operator = User.objects.create_user("operator", password="operator-of-all-1", role="operator")
    client.force_login(operator)
    page = client.get(f"/functions/{uid}/").content.decode()
    assert f'action="/collect/{uid}/"' in page
