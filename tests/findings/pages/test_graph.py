"""The Graph tab, the graph of an identity, and the path beside a combination finding."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from findings.models import Finding
from inventory.models import Account, Function, Identity, Posture, User
from inventory.record import conclude
from tests.cast import DAY_ONE, DAY_TWO, THUMBNAILS_URL, Cast
from tests.many import copy_mailer

STRANGER = {"principal": "*", "kind": "everyone", "action": "invoke", "level": "public_anonymous",
            "via": f"function URL {THUMBNAILS_URL}", "reach": "internet", "certain": True}  # fmt: skip


def open_to_strangers(cast: Cast, **way: Any) -> None:
    """thumbnails as judged: anyone may call it by its URL, and it writes."""
    conclude([Posture(function=cast.functions["thumbnails"], at=DAY_TWO, privilege="write", invoke="public_anonymous",
                      reach="internet", egress="internet", because={"invoke": [STRANGER | way]})])  # fmt: skip


def graph_of(client: Client, name: str, query: str = "") -> dict[str, Any]:
    uid = Function.objects.get(name=name).uid
    found = client.get(f"/functions/{uid}/graph.json{query}")
    assert found.status_code == 200
    told: dict[str, Any] = json.loads(found.content)
    return told


def edges(graph: dict[str, Any], attack: bool | None = None) -> list[tuple[str, str]]:
    names = {node["key"]: node["name"] for node in graph["nodes"]}
    return [(names[e["from"]], names[e["to"]]) for e in graph["edges"] if attack is None or e["attack"] == attack]


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_stranger_is_led_through_the_url_and_the_role_to_what_it_may_do(analyst: Client, cast: Cast) -> None:
    open_to_strangers(cast)
    graph = graph_of(analyst, "thumbnails")
    url = THUMBNAILS_URL.removeprefix("https://").rstrip("/")
    red = edges(graph, attack=True)
    for step in (("Anyone on the internet", url), (url, "thumbnails"), ("thumbnails", "The internet")):
        assert step in red
    assert ("thumbnails", "thumbnails") in red  # the function runs as the role of that name
    uid = cast.functions["thumbnails"].uid
    page = shown(analyst, f"/functions/{uid}/graph/")
    assert "Attack path:" in page
    assert "<svg" in page
    assert "style=" not in page


def test_a_way_that_is_closed_or_harmless_is_no_attack(analyst: Client, cast: Cast) -> None:
    open_to_strangers(cast, latent="the URL asks for IAM")
    assert edges(graph_of(analyst, "thumbnails"), attack=True) == []
    open_to_strangers(cast, reach="private_endpoint")
    assert edges(graph_of(analyst, "thumbnails"), attack=True) == []
    conclude([Posture(function=cast.functions["thumbnails"], at=DAY_TWO, privilege="read", invoke="public_anonymous",
                      egress="internet", because={"invoke": [STRANGER]})])  # fmt: skip
    assert edges(graph_of(analyst, "thumbnails"), attack=True) == []


def test_an_unread_part_is_named_with_its_permission_and_drawn_as_unknown(analyst: Client, cast: Cast) -> None:
    graph = graph_of(analyst, "invoices")
    assert [(one["section"], one["permission"]) for one in graph["missing"]] == [("access", "lambda:GetPolicy")]
    assert [node["name"] for node in graph["nodes"] if node["unknown"] and node["layer"] == "origin"]
    page = shown(analyst, f"/functions/{cast.functions['invoices'].uid}/graph/")
    assert "The graph needs 1 more read." in page
    assert "lambda:GetPolicy" in page


def test_functions_that_share_the_role_are_folded_and_unfold_by_a_link(analyst: Client, cast: Cast) -> None:
    copy_mailer(cast, 40)
    graph = graph_of(analyst, "mailer")
    (group,) = [node for node in graph["nodes"] if node["stands_for"] and node["layer"] == "function"]
    sharing = Function.objects.filter(identity=cast.functions["mailer"].identity, gone_at=None).count()
    assert group["stands_for"] + len([n for n in graph["nodes"] if n["layer"] == "function"]) - 1 == sharing
    assert len(graph["nodes"]) <= 60
    unfolded = graph_of(analyst, "mailer", "?open=function")
    assert len(graph["nodes"]) < len(unfolded["nodes"]) <= 60
    page = shown(analyst, f"/functions/{cast.functions['mailer'].uid}/graph/")
    assert "?open=function" in page


def test_what_a_person_may_not_see_is_neither_drawn_nor_counted(client: Client, cast: Cast) -> None:
    """Another account's functions run as the same identity; a viewer of one account sees those of it only."""
    mailer = cast.functions["mailer"]
    elsewhere = Account.objects.create(provider="aws", native_id="999988887777", name="acme-lab")
    Function.objects.filter(name="invoices").update(account=elsewhere)
    narrow = User.objects.create_user("narrow", password="narrow-of-prod-1", role="")
    narrow.assignments.create(role="viewer", account=cast.account)
    client.force_login(narrow)
    text = client.get(f"/functions/{mailer.uid}/graph.json").content.decode()
    assert "mailer" in text
    assert "invoices" not in text
    uid = Function.objects.get(name="invoices").uid
    assert client.get(f"/functions/{mailer.uid}/graph/?focus=function:{uid}").status_code == 404
    role = cast.identities["office-shared"]
    assert client.get(f"/identities/{role.uid}/graph/").status_code == 200
    assert "invoices" not in client.get(f"/identities/{role.uid}/graph.json").content.decode()


def test_another_thing_is_put_into_the_middle_by_the_address(analyst: Client, cast: Cast) -> None:
    role = cast.identities["office-shared"]
    uid = cast.functions["mailer"].uid
    around = graph_of(analyst, "mailer", f"?focus=identity:{role.uid}")
    assert around["centre"] == f"identity:{role.uid}"
    assert {("mailer", "office-shared"), ("invoices", "office-shared")} <= set(edges(around))
    page = shown(analyst, f"/functions/{uid}/graph/?focus=identity:{role.uid}")
    assert "Around office-shared" in page
    assert "Back to the beginning" in page
    assert analyst.get(f"/functions/{uid}/graph/?focus=nonsense").status_code == 404


def test_hidden_parts_are_left_out_and_can_be_shown_again(analyst: Client, cast: Cast) -> None:
    open_to_strangers(cast)
    layers = {
        node["layer"] for node in graph_of(analyst, "thumbnails", "?hide=callers,triggers,network,policies")["nodes"]
    }
    assert not layers & {"origin", "entry", "policy"}
    uid = cast.functions["thumbnails"].uid
    assert f'href="/functions/{uid}/graph/"' in shown(analyst, f"/functions/{uid}/graph/?hide=network")


def test_every_node_can_be_looked_at_closer_without_a_script(analyst: Client, cast: Cast) -> None:
    open_to_strangers(cast)
    uid = cast.functions["thumbnails"].uid
    page = shown(analyst, f"/functions/{uid}/graph/?peek=origin:public_anonymous")
    (panel,) = re.findall(r'<aside id="peek".*?</aside>', page, re.DOTALL)
    assert "Anyone on the internet" in panel
    assert THUMBNAILS_URL in panel
    graph = graph_of(analyst, "thumbnails")
    assert page.count("<template data-peek-of=") == len(graph["nodes"])


def test_the_table_says_what_the_drawing_says(analyst: Client, cast: Cast) -> None:
    open_to_strangers(cast)
    page = shown(analyst, f"/functions/{cast.functions['thumbnails'].uid}/graph/")
    table = page[page.index("The same as a table") : page.index("<template")]
    assert table.count("<tr>") - 1 == page.count('class="g-edge') == len(graph_of(analyst, "thumbnails")["edges"])


def test_the_picture_is_a_whole_file_of_its_own(analyst: Client, cast: Cast) -> None:
    open_to_strangers(cast)
    answer = analyst.get(f"/functions/{cast.functions['thumbnails'].uid}/graph.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["Content-Disposition"] == 'attachment; filename="graph_thumbnails.svg"'
    text = answer.content.decode()
    assert text.startswith("<svg xmlns=")
    assert "href=" not in text
    assert 'stroke="#b42318"' in text
    assert analyst.get(f"/functions/{cast.functions['thumbnails'].uid}/graph.png").status_code == 404


def test_an_identity_shows_its_functions_and_who_gets_at_them(analyst: Client, cast: Cast) -> None:
    open_to_strangers(cast)
    role = Identity.objects.get(name="thumbnails")
    graph = json.loads(analyst.get(f"/identities/{role.uid}/graph.json").content)
    assert ("Anyone on the internet", "thumbnails") in edges(graph, attack=True)
    page = shown(analyst, f"/identities/{role.uid}/graph/")
    assert "Graph of thumbnails" in page
    assert f"/identities/{role.uid}/graph/" in shown(analyst, f"/identities/{role.uid}/")


def combination(cast: Cast, rule: str = "public_power_open_egress") -> Finding:
    function = cast.functions["thumbnails"]
    return Finding.objects.create(
        resource=function.resource, function=function, account=cast.account, rule=rule, severity="critical", rank=4,
        digest="0", abouts="0", first_seen=DAY_ONE, opened_at=DAY_ONE, last_seen=DAY_ONE, risk=1,
    )  # fmt: skip


def test_a_combination_shows_its_path_and_other_findings_show_none(analyst: Client, cast: Cast) -> None:
    open_to_strangers(cast)
    page = shown(analyst, f"/findings/{combination(cast).pk}/")
    assert "The path" in page
    assert "Anyone on the internet may invoke" in page
    assert "The path" not in shown(analyst, f"/findings/{combination(cast, 'public_invoke').pk}/")


def test_a_combination_turns_the_ways_of_strangers_red_whatever_the_summary_level(analyst: Client, cast: Cast) -> None:
    conclude([Posture(function=cast.functions["thumbnails"], at=DAY_TWO, privilege="read", invoke="public_anonymous",
                      because={"invoke": [STRANGER]})])  # fmt: skip
    assert edges(graph_of(analyst, "thumbnails"), attack=True) == []
    combination(cast)
    assert edges(graph_of(analyst, "thumbnails"), attack=True) != []


@pytest.mark.parametrize("ending", ["json", "svg"])
def test_a_graph_is_not_there_for_who_may_not_see_the_function(client: Client, cast: Cast, ending: str) -> None:
    stranger = User.objects.create_user("stranger", password="stranger-of-none-1", role="")
    client.force_login(stranger)
    assert client.get(f"/functions/{cast.functions['mailer'].uid}/graph.{ending}").status_code in (403, 404)


def test_at_an_earlier_time_the_graph_says_that_it_is_of_now(analyst: Client, cast: Cast) -> None:
    page = shown(analyst, f"/functions/{cast.functions['thumbnails'].uid}/graph/?at=2026-03-02T12:00Z")
    assert "The graph is of now" in page


def test_the_graph_of_an_identity_says_of_an_earlier_time_that_it_is_of_now(analyst: Client, cast: Cast) -> None:
    place = f"/identities/{cast.identities['office-shared'].uid}/graph/"
    assert "The graph is of now" not in shown(analyst, place)
    page = shown(analyst, f"{place}?at=2026-03-02T12:00Z")
    assert "As of 2 March 2026" in page and "The graph is of now: what was connected then is not drawn." in page
    refused = analyst.get(f"{place}?at=soon")
    assert refused.status_code == 400 and b"is no time" in refused.content


@pytest.mark.parametrize("ending", ["svg", "json"])
def test_no_file_of_the_graph_is_taken_for_an_earlier_time(analyst: Client, cast: Cast, ending: str) -> None:
    for place in (f"/functions/{cast.functions['mailer'].uid}", f"/identities/{cast.identities['office-shared'].uid}"):
        answer = analyst.get(f"{place}/graph.{ending}?at=2026-03-02T12:00Z")
        assert answer.status_code == 400 and b"The graph is of now" in answer.content
