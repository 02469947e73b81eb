"""Alerts over the API: made, changed, paused, tried and deleted by the rules of the pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from findings.models import Alert, Channel, Delivery
from findings.rule_set import named
from inventory.models import AuditEntry, Role, User
from tests.cast import Cast
from tests.findings.alerts.conftest import ADDRESS, SECRET

WANTED: dict[str, Any] = {"name": "Critical", "channel": "pager", "events": ["finding", "coverage"]}


@pytest.fixture
def channel(cast: Cast) -> Channel:
    made = Channel(name="pager", kind="webhook", place="hooks.example.com")
    made.address, made.secret = ADDRESS, SECRET
    made.save()
    return made


@pytest.fixture
def api(cast: Cast, channel: Channel) -> Client:
    client = Client()
    client.force_login(cast.analyst)
    return client


def send(api: Client, method: str, address: str, said: Any = None) -> Any:
    return api.generic(method, f"/api/v1/alerts/{address}", b"" if said is None else json.dumps(said),
                       content_type="application/json")  # fmt: skip


def test_an_alert_is_made_with_the_usual_of_what_is_not_named(api: Client, cast: Cast) -> None:
    answer = send(api, "POST", "", WANTED)
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told == api.get(f"/api/v1/alerts/{told['id']}/").json()
    assert (told["severity"], told["list_name"], told["enabled"], told["quiet_from"]) == (
        "high",
        "findings",
        True,
        None,
    )
    assert Alert.objects.get().owner == cast.analyst
    assert ADDRESS not in answer.content.decode() and SECRET not in answer.content.decode()
    assert AuditEntry.objects.filter(action="alert", name="Critical").count() == 1


def test_what_is_named_is_changed_and_the_rest_stays(api: Client) -> None:
    pk = send(api, "POST", "", {**WANTED, "query": "severity:critical", "least": 3}).json()["id"]
    told = send(api, "PATCH", f"{pk}/", {"quiet": {"since": "22:00", "until": "07:00"}, "time_zone": "Europe/Paris"})
    assert told.status_code == 200, told.content
    kept = Alert.objects.get()
    assert (kept.quiet, kept.query, kept.least) == ("22:00 to 07:00, Europe/Paris", "severity:critical", 3)
    assert send(api, "PATCH", f"{pk}/", {"quiet": None}).json()["quiet_from"] is None


def test_rules_are_named_by_id_or_group_and_answered_by_their_ids_of_today(api: Client) -> None:
    told = send(api, "POST", "", {**WANTED, "rules": ["subject:trust", "public_invoke"]}).json()
    assert set(told["rules"]) == {"public_invoke", *named(["subject:trust"])}
    assert Alert.objects.get().rules == told["rules"]
    assert send(api, "PATCH", f"{told['id']}/", {"least": 2}).json()["rules"] == told["rules"]
    assert send(api, "PATCH", f"{told['id']}/", {"rules": []}).json()["rules"] == []


def test_an_alert_of_a_rule_that_is_gone_can_still_be_changed(api: Client) -> None:
    pk = send(api, "POST", "", {**WANTED, "rules": ["no_owner"]}).json()["id"]
    Alert.objects.update(rules=["long_gone"])
    assert send(api, "PATCH", f"{pk}/", {"least": 2}).json()["rules"] == ["long_gone"]


def test_it_is_paused_and_goes_on_with_what_happens_then(api: Client) -> None:
    pk = send(api, "POST", "", {**WANTED, "enabled": False}).json()["id"]
    assert not Alert.objects.get().enabled
    assert send(api, "PATCH", f"{pk}/", {"enabled": True}).json()["enabled"]
    Alert.objects.update(finding_mark=-5)
    send(api, "PATCH", f"{pk}/", {"enabled": False})
    send(api, "PATCH", f"{pk}/", {"enabled": True})
    assert Alert.objects.get().finding_mark >= 0, "what happened in between is not told"


def test_it_is_tried_and_deleted(api: Client) -> None:
    pk = send(api, "POST", "", WANTED).json()["id"]
    answer = send(api, "POST", f"{pk}/test/")
    assert answer.status_code == 202
    trial = Delivery.objects.get()
    assert trial.test and answer.json() == {"delivery": trial.pk, "key": str(trial.key)}
    assert [one["key"] for one in api.get(f"/api/v1/alerts/{pk}/deliveries/").json()["results"]] == [str(trial.key)]
    assert send(api, "DELETE", f"{pk}/").status_code == 204
    assert not Alert.objects.exists()
    assert [one for one in AuditEntry.objects.filter(action="alert") if "deleted" in one.after]


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"query": "severity:terrible"}, "query", "expected"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "no time zone"),
        ({"severity": "awful"}, "severity", "not a valid choice"),
        ({"list_name": "identities"}, "list_name", "not a valid choice"),
        ({"least": 0}, "least", "1"),
        ({"rules": ["public_invok"]}, "rules", "Near to it: public_invoke"),
        ({"rules": ["no_owner"] * 501}, "rules", "no more than 500"),
        ({"rules": "no_owner"}, "rules", "list"),
        ({"events": []}, "events", "at least 1"),
        ({"events": ["weather"]}, "events", "not a valid choice"),
        ({"channel": "nowhere"}, "channel", "there are: pager"),
        ({"quiet": {"since": "22:00"}}, "quiet", "required"),
        ({"quiet": {"since": "25:00", "until": "07:00"}}, "quiet", "required pattern"),
        ({"name": " "}, "name", "blank"),
        ({"name": "a\u0000b"}, "name", "Null characters"),
        ({"owner": "somebody"}, "owner", "no such field"),
        ({"fault": ""}, "fault", "no such field"),
    ],
)
def test_what_is_wrong_is_said_by_its_field(api: Client, said: dict[str, Any], field: str, sentence: str) -> None:
    answer = send(api, "POST", "", {**WANTED, **said})
    assert answer.status_code == 400, answer.content
    assert sentence in " ".join(answer.json()["errors"][field])
    assert not Alert.objects.exists()


def test_a_channel_that_is_off_cannot_be_chosen(api: Client, channel: Channel) -> None:
    Channel.objects.update(enabled=False)
    assert send(api, "POST", "", WANTED).json()["errors"]["channel"] == [
        "There is no such channel that is on; there are: none."
    ]


def test_alerts_of_others_are_not_there_but_for_an_admin(api: Client, cast: Cast) -> None:
    pk = send(api, "POST", "", WANTED).json()["id"]
    other, admin = Client(), Client()
    other.force_login(cast.viewer)
    admin.force_login(User.objects.create_user("an admin", role=Role.ADMIN))
    for method, address in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "test/"), ("GET", "deliveries/")):
        assert send(other, method, f"{pk}/{address}", {}).status_code == 404
    assert send(admin, "PATCH", f"{pk}/", {"enabled": False}).status_code == 200
    assert Alert.objects.get().owner == cast.analyst, "it stays its owner's"
