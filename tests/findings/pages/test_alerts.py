"""The pages of alerts: made, tested, switched, taken up again; one's own only; secrets are written and never shown."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from findings.models import Alert, Channel, Delivery
from findings.rule_set import named
from inventory.models import AuditEntry, Role, SavedSearch, User
from tests.cast import Cast
from tests.findings.alerts.conftest import ADDRESS, AT, SECRET


@pytest.fixture(autouse=True)
def _nobody_tried_yet() -> None:
    """Tries to sign in are counted by address and person, over all tests."""
    cache.clear()


TOLD = {
    "name": "Critical", "events": ["finding", "coverage"], "list_name": "findings", "query": "severity:critical",
    "severity": "high", "least": "1", "quiet_from": "22:00", "quiet_until": "07:00", "time_zone": "Europe/Paris",
}  # fmt: skip


@pytest.fixture
def channel(cast: Cast) -> Channel:
    made = Channel(name="pager", kind="webhook", place="hooks.example.com")
    made.address, made.secret = ADDRESS, SECRET
    made.save()
    return made


@pytest.fixture
def alert(cast: Cast, channel: Channel) -> Alert:
    return Alert.objects.create(name="mine", owner=cast.analyst, channel=channel, events=["finding"])


def signed_in(who: User) -> Client:
    """With the password given a moment ago, as dangerous deeds ask for it."""
    who.set_password("a password for these tests")
    who.save()
    client = Client()
    client.force_login(who)
    client.post(reverse("account_reauthenticate"), {"password": "a password for these tests", "next": "/"})
    return client


@pytest.fixture
def analyst(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.analyst)
    return client


def audited() -> str:
    return "\n".join(f"{one.name} {one.before} {one.after}" for one in AuditEntry.objects.filter(action="alert"))


def test_an_alert_is_made_from_a_search_and_told_to_the_audit_log(analyst: Client, channel: Channel) -> None:
    page = analyst.get(reverse("settings-alert-new"), {"on": "functions", "q": "privilege:admin"})
    assert page.context["form"]["query"].value() == "privilege:admin"
    assert page.context["form"]["list_name"].value() == "functions"
    answer = analyst.post(reverse("settings-alert-new"), {**TOLD, "channel": channel.pk})
    made = Alert.objects.get()
    assert answer.headers["Location"] == reverse("settings-alert", args=[made.pk])
    assert (made.query, made.quiet, made.events) == (
        "severity:critical", "22:00 to 07:00, Europe/Paris", ["finding", "coverage"],
    )  # fmt: skip
    assert "severity:critical" in audited()


def test_rules_are_chosen_singly_and_by_group_and_shown(analyst: Client, channel: Channel) -> None:
    page = analyst.get(reverse("settings-alert-new"), {"rules": "public_invoke"}).content.decode()
    assert 'value="public_invoke" checked' in page, "the page of a rule leads here"
    told = {**TOLD, "channel": channel.pk, "rules": ["public_invoke", "subject:trust"]}
    analyst.post(reverse("settings-alert-new"), told)
    made, trust = Alert.objects.get(), named(["subject:trust"])
    assert set(made.rules) == {"public_invoke", *trust}
    assert "public_invoke" in audited()
    page = analyst.get(reverse("settings-alert", args=[made.pk])).content.decode()
    assert all(f'value="{id}" checked' in page for id in made.rules)
    assert page.count(" checked><span>") == len(made.rules), "each is there once"
    assert f"{len(made.rules)} rules:" in analyst.get(reverse("settings-alerts")).content.decode()
    analyst.post(reverse("settings-alert", args=[made.pk]), {**told, "rules": ["public_invoke"]})
    made.refresh_from_db()
    assert made.rules == ["public_invoke"]


def test_looking_for_rules_keeps_what_was_typed_and_saves_nothing(analyst: Client, channel: Channel) -> None:
    new, typed = reverse("settings-alert-new"), {**TOLD, "name": "", "channel": channel.pk, "rules": ["no_owner"]}
    for pressed in ({"do": "find"}, {"rules_shown": ""}):
        answer = analyst.post(new, {**typed, **pressed, "rules_find": "escalate"})
        page = answer.content.decode()
        assert answer.status_code == 200 and not Alert.objects.exists()
        assert "required" not in " ".join(str(answer.context["form"].errors)), "nothing was to be kept yet"
        assert 'value="no_owner" checked' in page and "severity:critical" in page
        assert 'value="can_escalate">' in page and 'value="public_invoke">' not in page
    page = analyst.post(new, {**typed, "do": "found", "rules_find": "escalate"}).content.decode()
    assert 'value="can_escalate" checked' in page and 'value="no_owner" checked' in page
    page = analyst.post(new, {**typed, "do": "all", "rules_find": "escalate"}).content.decode()
    assert 'value="public_invoke">' in page
    page = analyst.post(new, {**typed, "do": "find", "rules_find": "no such words"}).content.decode()
    assert "0 more rules found" in page
    analyst.post(new, {**typed, "name": "x", "do": "keep", "rules_find": "escalate"})
    assert Alert.objects.get().rules == ["no_owner"], "the button keeps, whatever stands in the search box"


def test_a_rule_that_is_gone_is_shown_and_can_be_taken_out(analyst: Client, alert: Alert) -> None:
    Alert.objects.update(rules=["long_gone", "no_owner"])
    address, told = reverse("settings-alert", args=[alert.pk]), {**TOLD, "channel": alert.channel_id}
    page = analyst.get(address).content.decode()
    assert 'value="long_gone" checked' in page and "no such rule" in page
    analyst.post(address, {**told, "rules": ["long_gone", "no_owner"]})
    alert.refresh_from_db()
    assert alert.rules == ["no_owner", "long_gone"], "what was kept may stay"
    analyst.post(address, {**told, "rules": ["no_owner"]})
    assert analyst.post(address, {**told, "rules": ["long_gone"]}).status_code == 422, "and cannot be chosen anew"


def test_a_saved_search_fills_the_form(cast: Cast, analyst: Client) -> None:
    SavedSearch.objects.create(owner=cast.analyst, slug="admins", name="Admins", query="privilege:admin")
    page = analyst.get(reverse("settings-alert-new"), {"search": "admins"})
    assert page.context["form"]["query"].value() == "privilege:admin"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("query", "severity:terrible", "expected"),
        ("time_zone", "Mars/Olympus", "no time zone"),
        ("quiet_until", "", "both a beginning and an end"),
        ("severity", "awful", "Choose one of"),
        ("list_name", "identities", "Choose findings or functions"),
        ("least", "0", "1"),
        ("events", [], "required"),
        ("rules", ["public_invok"], "Near to it: public_invoke"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    analyst: Client, channel: Channel, field: str, value: object, says: str
) -> None:
    answer = analyst.post(reverse("settings-alert-new"), {**TOLD, "channel": channel.pk, field: value})
    assert answer.status_code == 422
    assert says in " ".join(answer.context["form"].errors[field])
    assert not Alert.objects.exists()


def test_it_is_switched_tested_and_deleted(analyst: Client, alert: Alert) -> None:
    for on in ("no", "yes"):
        analyst.post(reverse("settings-alert-switch", args=[alert.pk]), {"on": on})
        alert.refresh_from_db()
        assert alert.enabled is (on == "yes")
    analyst.post(reverse("settings-alert-test", args=[alert.pk]))
    assert Delivery.objects.get().test
    analyst.post(reverse("settings-alert-delete", args=[alert.pk]))
    assert not Alert.objects.exists()
    assert "deleted" in audited()


def test_what_was_given_up_is_shown_and_taken_up_again(analyst: Client, alert: Alert) -> None:
    dead = Delivery.objects.create(alert=alert, state="dead", attempts=8, made_at=AT, ended_at=AT, status="Status 503.")
    assert "given up" in analyst.get(reverse("settings-alerts")).content.decode()
    page = analyst.get(reverse("settings-alert", args=[alert.pk])).content.decode()
    assert "Status 503." in page
    assert "8 of 8" in page
    analyst.post(reverse("settings-delivery-retry", args=[dead.pk]))
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == ("pending", 0)


def test_alerts_of_others_are_not_there_but_for_an_admin(cast: Cast, alert: Alert) -> None:
    client = Client()
    client.force_login(cast.viewer)
    assert client.get(reverse("settings-alert", args=[alert.pk])).status_code == 404
    assert "mine" not in client.get(reverse("settings-alerts"), {"of": "all"}).content.decode()
    assert client.get("/api/v1/alerts/").json()["results"] == []
    admin = Client()
    admin.force_login(User.objects.create_user("an admin", role=Role.ADMIN))
    assert admin.get(reverse("settings-alert", args=[alert.pk])).status_code == 200
    assert [one["name"] for one in admin.get("/api/v1/alerts/").json()["results"]] == ["mine"]


def test_only_an_admin_makes_channels_and_what_is_secret_is_never_shown(cast: Cast, analyst: Client) -> None:
    new = reverse("settings-channel-new") + "?kind=webhook"
    assert analyst.get(new).status_code == 403
    admin = signed_in(User.objects.create_user("an admin", role=Role.ADMIN))
    told = {"name": "pager", "address": ADDRESS, "secret": SECRET, "enabled": "on"}
    admin.post(new, told)
    made = Channel.objects.get()
    assert (made.address, made.secret, made.place) == (ADDRESS, SECRET, "hooks.example.com")
    page = reverse("settings-channel", args=[made.pk])
    admin.post(page, {"name": "pager two", "address": "", "secret": "", "enabled": "on"})
    made.refresh_from_db()
    assert (made.name, made.secret) == ("pager two", SECRET), "what is left empty stays"
    for shown in (page, reverse("settings-alerts")):
        text = admin.get(shown).content.decode()
        assert SECRET not in text
        assert ADDRESS not in text
    assert "entered anew" in audited()
    assert SECRET not in audited()
    assert ADDRESS not in audited()


@pytest.mark.parametrize("address", ["http://hooks.example.com/", "https://127.0.0.1/", "https://a@b.example/", "x"])
def test_an_address_that_could_never_be_reached_is_refused_in_the_form(cast: Cast, address: str) -> None:
    admin = signed_in(User.objects.create_user("an admin", role=Role.ADMIN))
    told = {"name": "pager", "address": address, "secret": SECRET, "enabled": "on"}
    answer = admin.post(reverse("settings-channel-new") + "?kind=webhook", told)
    assert answer.status_code == 422
    assert not Channel.objects.exists()


def test_a_channel_that_is_used_is_not_deleted(cast: Cast, alert: Alert, channel: Channel) -> None:
    admin = signed_in(User.objects.create_user("an admin", role=Role.ADMIN))
    admin.post(reverse("settings-channel-delete", args=[channel.pk]))
    assert Channel.objects.exists()
    alert.delete()
    admin.post(reverse("settings-channel-delete", args=[channel.pk]))
    assert not Channel.objects.exists()


def test_a_channel_that_came_without_its_secret_says_so_and_works_once_it_is_entered(
    cast: Cast, alert: Alert, channel: Channel, analyst: Client
) -> None:
    Channel.objects.update(sealed_address="", sealed_secret="")
    admin = signed_in(User.objects.create_user("an admin", role=Role.ADMIN))
    page = reverse("settings-channel", args=[channel.pk])
    shown = admin.get(page).content.decode()
    assert "This channel sends nothing." in shown and "it led to hooks.example.com" in shown
    assert "needs its secret" in analyst.get(reverse("settings-alerts")).content.decode()
    assert "Nothing is sent" in analyst.get(reverse("settings-alert", args=[alert.pk])).content.decode()
    assert "There is no channel yet" in analyst.get(reverse("settings-alert-new")).content.decode()
    answer = admin.post(page, {"name": "pager", "address": "", "secret": "", "enabled": "on"})
    assert set(answer.context["form"].errors) == {"address", "secret"}
    admin.post(page, {"name": "pager", "address": ADDRESS, "secret": SECRET, "enabled": "on"})
    assert Channel.objects.get().is_at_work
    assert "needs its secret" not in analyst.get(reverse("settings-alerts")).content.decode()


def test_an_alert_whose_channel_is_off_can_still_be_changed(alert: Alert, analyst: Client) -> None:
    Channel.objects.update(enabled=False)
    told = {**TOLD, "channel": alert.channel_id, "name": "renamed"}
    assert analyst.post(reverse("settings-alert", args=[alert.pk]), told).status_code == 302
    assert analyst.post(reverse("settings-alert-new"), told).status_code == 422
