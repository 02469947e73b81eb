"""The findings pages: by rule with "X of Y", one by one, one finding, triage, rules, the overview."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from findings.models import Finding, RuleSetting
from findings.models.ledger import recount
from inventory.models import Account, AccountGroup, Assignment, Function, Scope, User
from inventory.models.audit import AuditEntry
from inventory.models.people import Role
from tests.cast import DAY_ONE
from tests.findings.toy import Put, reported, toy

LATER = f"{timezone.now() + timedelta(days=30):%Y-%m-%d}"


@pytest.fixture(autouse=True)
def estate(account: Account, shelve: Put) -> None:
    shelve(toy(), toy("larger", 3000))
    reported(account, shop=4096, store=1024, tidy=128, hall=None)


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.create_user(f"the-{role}", role=role))
    return client


@pytest.fixture
def analyst() -> Client:
    return signed_in(Role.ANALYST)


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(answer.content.decode().split())


def of_shop() -> Finding:
    return Finding.objects.get(rule="large", function__name="shop")


def test_findings_are_grouped_by_rule_with_how_many_of_how_many(analyst: Client) -> None:
    page = analyst.get("/findings/")
    [large, larger] = page.context["groups"]
    assert (large["rule"], large["number"], large["of"], large["unknown"], large["severity"]) == (
        "large", 2, 3, 1, "critical",
    )  # fmt: skip
    assert (larger["rule"], larger["number"]) == ("larger", 1)
    assert "4096 MiB" not in page.content.decode(), "a group is closed until somebody opens it"


def test_an_open_group_shows_its_findings(analyst: Client) -> None:
    page = analyst.get("/findings/?open=large")
    assert [row.resource.name for row in page.context["page"].rows] == ["shop", "store"]
    assert "4096 MiB" in page.content.decode()


def test_one_by_one_they_come_by_risk(analyst: Client) -> None:
    rows = analyst.get("/findings/?view=flat").context["page"].rows
    assert [row.severity for row in rows] == ["critical", "medium", "medium"]


def test_a_query_and_a_wrong_one(analyst: Client) -> None:
    assert analyst.get("/findings/?q=severity:critical").context["total"] == 1
    wrong = analyst.get("/findings/?q=severity:bad")
    assert wrong.status_code == 400 and b"expected" in wrong.content


def test_facets_lead_to_narrower_lists(analyst: Client) -> None:
    told = shown(analyst, "/findings/facets/?q=")
    assert "severity%3Acritical" in told
    assert "facet" in shown(analyst, "/findings/facets/?q=&facet=rule")


def test_nothing_found_says_what_nothing_means(analyst: Client, shelve: Put, account: Account) -> None:
    assert "No finding matches" in shown(analyst, "/findings/?q=account:nowhere")
    Finding.objects.all().call_false(by=None, because="All wrong.")
    assert "This is no all-clear" in shown(analyst, "/findings/"), "hall could not be read"
    RuleSetting.objects.create(rule="large", enabled=False, reason="No.", at=DAY_ONE)
    RuleSetting.objects.create(rule="larger", enabled=False, reason="No.", at=DAY_ONE)
    assert "Every rule is disabled" in shown(analyst, "/findings/")


def test_never_judged_is_not_nothing_found(analyst: Client) -> None:
    from findings.models import Verdicts

    Finding.objects.all().delete()
    Verdicts.objects.all().delete()
    assert "Nothing was judged yet" in shown(analyst, "/findings/")
    assert "No rule was asked about it yet" in shown(analyst, f"/functions/{of_name('tidy').uid}/findings/")
    assert "No rule was asked yet" in shown(analyst, "/")


def of_name(name: str) -> Function:
    return Function.objects.get(name=name)


def test_without_an_account_the_page_says_how_to_begin(analyst: Client, account: Account) -> None:
    account.delete()
    assert "No account is connected yet" in shown(analyst, "/findings/")


def test_a_finding_shows_evidence_reason_fix_and_log(analyst: Client) -> None:
    told = shown(analyst, f"/findings/{of_shop().pk}/")
    for words in ("4096 MiB", "Critical because very much", "Memory costs.", "Less.", "opened", "Lambda.1"):
        assert words in told, words
    assert "1 other open" in told


def test_an_analyst_triages_and_it_is_told(analyst: Client) -> None:
    address = f"/findings/{of_shop().pk}/triage/"
    answer = analyst.post(address, {"action": "accept", "reason": "It is needed.", "day": LATER}, follow=True)
    assert b"Kept." in answer.content and b"It is needed." in answer.content
    assert of_shop().state == "accepted"
    assert AuditEntry.objects.filter(action="triage", who="the-analyst").exists()
    refused = analyst.post(address, {"action": "accept", "reason": ""}, follow=True)
    assert b"A finding is accepted for a reason" in refused.content or b"A day such as" in refused.content


@pytest.mark.parametrize(
    ("said", "column", "value"),
    [
        ({"action": "assign", "assignee": "me"}, "assignee__username", "the-analyst"),
        ({"action": "due", "day": LATER}, "due_at__date", LATER),
        ({"action": "in-review"}, "state", "in review"),
        ({"action": "comment", "reason": "I look."}, "events__note", "I look."),
    ],
)
def test_each_form_does_its_work(analyst: Client, said: dict[str, str], column: str, value: str) -> None:
    analyst.post(f"/findings/{of_shop().pk}/triage/", said)
    assert Finding.objects.filter(pk=of_shop().pk, **{column: value}).exists()


def test_a_viewer_sees_no_form_and_may_not(analyst: Client) -> None:
    viewer = signed_in(Role.VIEWER)
    address = f"/findings/{of_shop().pk}/"
    assert "Triage</h2>" not in shown(viewer, address)
    assert 'name="pk"' not in shown(viewer, "/findings/?view=flat")
    assert viewer.post(f"{address}triage/", {"action": "in-review"}).status_code == 403


def test_ticked_findings_are_changed_at_once(analyst: Client) -> None:
    pks = list(Finding.objects.filter(rule="large").values_list("pk", flat=True))
    answer = analyst.post("/findings/triage/", {"pk": pks, "action": "remediating", "view": "flat"}, follow=True)
    assert b"2 findings changed." in answer.content
    assert set(Finding.objects.filter(state="remediating").values_list("pk", flat=True)) == set(pks)


def test_all_that_a_query_finds_are_changed_only_after_a_look_at_their_number(analyst: Client) -> None:
    said: dict[str, Any] = {"q": "severity:medium", "action": "in-review", "all": "1", "view": "flat"}
    asked = analyst.post("/findings/triage/", said)
    assert asked.context["number"] == 2 and b"Change 2 findings?" in asked.content
    assert not Finding.objects.filter(state="in review").exists()
    analyst.post("/findings/triage/", {**said, "number": "1"})
    assert not Finding.objects.filter(state="in review").exists(), "it is no longer that many"
    analyst.post("/findings/triage/", {**said, "number": "2"})
    assert set(Finding.objects.filter(state="in review").values_list("severity", flat=True)) == {"medium"}


def test_all_of_an_open_group_are_those_of_its_rule(analyst: Client) -> None:
    said = {"open": "larger", "action": "in-review", "all": "1", "number": "1"}
    analyst.post("/findings/triage/", said)
    assert list(Finding.objects.filter(state="in review").values_list("rule", flat=True)) == ["larger"]


def test_nobody_triages_where_they_may_only_look(account: Account) -> None:
    group = AccountGroup.objects.create(name="other")
    other = Account.objects.create(provider="gcp", native_id="other", name="other", group=group)
    who = User.objects.create_user("half", role=Role.VIEWER)
    Assignment.objects.create(user=who, role=Role.ANALYST, account=other)
    client = Client()
    client.force_login(who)
    pks = list(Finding.objects.values_list("pk", flat=True))
    client.post("/findings/triage/", {"pk": pks, "action": "in-review"})
    assert not Finding.objects.filter(state="in review").exists()
    assert client.post(f"/findings/{pks[0]}/triage/", {"action": "in-review"}).status_code == 403


def streamed(client: Client, address: str) -> list[str]:
    answer: Any = client.get(address)
    return list(b"".join(answer.streaming_content).decode().splitlines())


def test_exports_hold_what_the_list_holds(analyst: Client) -> None:
    lines = streamed(analyst, "/findings.csv?q=severity:critical")
    assert len(lines) == 2 and "4096 MiB" in lines[1]
    assert len(streamed(analyst, "/findings.jsonl")) == 4
    assert AuditEntry.objects.filter(action="export").count() == 2


def test_the_tab_of_a_function_tells_what_is_open_passed_and_not_decided(analyst: Client) -> None:
    told = shown(analyst, f"/functions/{of_name('shop').uid}/findings/")
    assert "2 findings open." in told and "4096 MiB" in told
    unknown = shown(analyst, f"/functions/{of_name('hall').uid}/findings/")
    assert "2 rules could not be decided" in unknown and "It was refused." in unknown
    assert "No rule finds anything wrong with it." in shown(analyst, f"/functions/{of_name('tidy').uid}/findings/")


def test_the_list_of_functions_has_a_column_of_findings(analyst: Client) -> None:
    told = shown(analyst, "/functions/")
    assert "1 critical" in told and "none open" in told


def test_the_catalogue_filters_and_counts(analyst: Client) -> None:
    assert "2</b> of 2 rules" in shown(analyst, "/rules/")
    assert "No rule matches" in shown(analyst, "/rules/?subject=network")
    [row] = analyst.get("/rules/?q=larger").context["standings"]
    assert (row.counts["failed"], row.judged, row.active) == (1, 3, 1)


def test_a_rule_page_says_all_of_it(analyst: Client) -> None:
    told = shown(analyst, "/rules/large/")
    for words in ("Memory costs.", "fail of 3", "Less.", "TOY-01", "Lambda.1", "1024 MiB", "Config", "acme-prod"):
        assert words in told, words
    assert "Set it otherwise" not in told
    assert analyst.get("/rules/nonsense/").status_code == 404


def test_a_renamed_rule_leads_to_its_page_and_a_retired_one_says_so(analyst: Client, shelve: Put) -> None:
    shelve(toy("too_large", aliases=("large",)))
    assert analyst.get("/rules/large/").headers["Location"] == "/rules/too_large/"
    assert "This rule is there no more" in shown(analyst, "/rules/larger/")


@pytest.mark.parametrize(("severity", "enabled"), [("low", "yes"), ("", "no")])
def test_an_admin_sets_a_rule_with_a_reason(
    settings: Any, django_capture_on_commit_callbacks: Any, severity: str, enabled: str
) -> None:
    settings.CELERY_TASK_ALWAYS_EAGER = True
    admin = signed_in(Role.ADMIN)
    said = {"severity": severity, "enabled": enabled, "group": "", "reason": "We know."}
    assert b"for a reason" in admin.post("/rules/large/setting/", {**said, "reason": ""}, follow=True).content
    with django_capture_on_commit_callbacks(execute=False):
        admin.post("/rules/large/setting/", said)
    kept = RuleSetting.objects.get()
    assert (kept.enabled, kept.severity, kept.by_name) == (enabled == "yes", severity, "the-admin")
    assert AuditEntry.objects.filter(action="rule").exists()
    assert "We know." in shown(admin, "/rules/large/")


def test_an_analyst_sets_no_rule(analyst: Client) -> None:
    assert analyst.post("/rules/large/setting/", {"reason": "x", "enabled": "no"}).status_code == 403


def test_what_first_readings_found_is_no_news_of_that_day(analyst: Client) -> None:
    now = timezone.now()
    Scope.objects.update(first_read_at=now - timedelta(days=3))
    Finding.objects.update(opened_at=now - timedelta(days=3) + timedelta(minutes=5))
    list(recount(Finding))
    grave = Finding.objects.filter(severity__in=["critical", "high"])
    first = analyst.get("/").context["trend"]
    assert (first.first, first.grave_opened) == (3, 0)
    assert sum(opened for _, opened, _, _ in first.days) == 0, "they were there before anybody looked"
    grave.update(opened_at=now - timedelta(days=1))
    list(recount(Finding))
    later = analyst.get("/").context["trend"]
    assert (later.first, later.grave_opened) == (3 - grave.count(), grave.count())
    assert sum(opened for _, opened, _, _ in later.days) == grave.count()


def test_the_overview_tells_what_is_grave_and_what_is_mine(analyst: Client) -> None:
    Finding.objects.filter(pk=of_shop().pk).assign(User.objects.get(username="the-analyst"), by=None)
    page = analyst.get("/")
    trend = page.context["trend"]
    assert (trend.grave, trend.open, trend.mine_count) == (1, 3, 1)
    assert b"Assigned to me" in page.content and b"data-opened" in page.content


@pytest.mark.parametrize(
    "address", ["/findings/", "/findings/?open=large", "/findings/?view=flat", "/findings/facets/", "/rules/",
                "/rules/large/", "/api/v1/findings/", "/api/v1/rules/", "/"],
)  # fmt: skip
def test_a_page_costs_as_many_queries_with_hundreds_of_findings_as_with_few(
    analyst: Client, account: Account, address: str
) -> None:
    few = queries(analyst, address)
    copy_findings(300)
    assert queries(analyst, address) == few


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as sent:
        assert client.get(address).status_code == 200
    return len(sent)


def copy_findings(number: int) -> None:
    """So many more findings like the one of shop, each about a resource of its own."""
    from inventory.models import Resource

    one, like = of_shop(), of_shop().resource
    rows = []
    for place in range(number):
        copy = Resource.objects.get(pk=like.pk)
        copy.pk, copy.uid, copy.native_id, copy._state.adding = None, f"copy{place:012}", f"copy-{place}", True
        rows.append(copy)
    Resource.objects.bulk_create(rows)
    found = Resource.objects.filter(native_id__startswith="copy-")
    columns = [field.attname for field in Finding._meta.concrete_fields if field.name != "id"]
    values = {name: getattr(one, name) for name in columns}
    Finding.objects.bulk_create([Finding(**values | {"resource_id": row.pk, "function_id": None}) for row in found])
