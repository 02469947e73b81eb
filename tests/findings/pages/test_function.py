"""Every tab of a function, for what is known, unknown, gone and not ours to see."""

import json

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from findings.evaluate import judge_account
from findings.models import Finding
from findings.pages.function.view import TABS
from findings.present import title_of
from inventory.models import Account, Posture, Resource
from tests.cast import DAY_TWO, JANITOR_ROLE, Cast, native_id

TAB_NAMES = sorted(TABS)


def address(cast: Cast, name: str, tab: str = "") -> str:
    return f"/functions/{cast.functions[name].uid}/{tab + '/' if tab else ''}"


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


@pytest.mark.parametrize("tab", TAB_NAMES)
@pytest.mark.parametrize("name", ["checkout", "thumbnails", "invoices", "legacy"])
def test_every_tab_shows(analyst: Client, cast: Cast, name: str, tab: str) -> None:
    shown = text(analyst, address(cast, name, tab))
    assert f"<h1>{name}</h1>" in shown
    assert f"<title>{name} · {TABS[tab].title} · Fanlight</title>" in shown


@pytest.mark.parametrize("tab", ["", *TAB_NAMES])
def test_what_a_person_may_not_see_looks_like_what_is_not_there(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch, tab: str
) -> None:
    client.force_login(cast.analyst)
    monkeypatch.setattr("inventory.models.account.AccountQuerySet.visible_to", lambda self, user: self.none())
    assert client.get(address(cast, "checkout", tab)).status_code == 404
    assert client.get("/functions/0000000000000000/").status_code == 404


def test_an_unknown_tab_is_not_there(analyst: Client, cast: Cast) -> None:
    assert analyst.get(address(cast, "checkout", "nonsense")).status_code == 404


def test_the_public_one_says_so_in_a_sentence(analyst: Client, cast: Cast) -> None:
    shown = text(analyst, address(cast, "thumbnails"))
    assert "Anyone on the internet can invoke it through its URL." in shown
    assert "It can send traffic anywhere." in shown


def test_unknown_is_said_with_its_reason_and_never_as_safe(analyst: Client, cast: Cast) -> None:
    shown = text(analyst, address(cast, "invoices"))
    assert "Who can invoke it is unknown: lambda:GetPolicy was refused for this function." in shown
    access = text(analyst, address(cast, "invoices", "access"))
    assert "<code>lambda:GetPolicy</code>" in access
    assert "Unknown: who may do this was not read." in access
    assert "No binding on the function itself" not in access


def test_a_function_never_judged_is_unknown(analyst: Client, cast: Cast) -> None:
    Posture.objects.all().delete()
    assert "Who can invoke it is unknown: it was not worked out yet." in text(analyst, address(cast, "checkout"))


def test_a_gone_function_keeps_a_banner_and_its_last_state(analyst: Client, cast: Cast) -> None:
    shown = text(analyst, address(cast, "legacy", "configuration"))
    assert "Gone since" in shown
    assert "python3.8" in shown


def test_permissions_show_statements_their_policy_and_who_shares_them(analyst: Client, cast: Cast) -> None:
    shown = text(analyst, address(cast, "mailer", "permissions"))
    assert "secretsmanager:GetSecretValue" in shown
    assert "office" in shown
    assert "2 functions" in shown
    assert "without bound" not in shown
    assert "without bound" in text(analyst, address(cast, "janitor", "permissions"))


def test_access_shows_principal_condition_and_address(analyst: Client, cast: Cast) -> None:
    shown = text(analyst, address(cast, "thumbnails", "access"))
    assert "lambda:FunctionUrlAuthType" in shown
    assert "abcdefgh.lambda-url.eu-west-1.on.aws" in shown


def test_configuration_shows_names_of_variables_and_no_values(analyst: Client, cast: Cast) -> None:
    shown = text(analyst, address(cast, "mailer", "configuration"))
    assert "SMTP_PASSWORD" in shown
    assert "the value is never stored" in shown


def test_a_setting_links_to_the_revision_that_set_it(analyst: Client, cast: Cast) -> None:
    shown = text(analyst, address(cast, "checkout", "configuration"))
    assert f"{address(cast, 'checkout', 'history')}?to=2" in shown


def test_history_compares_the_newest_two_and_names_who_was_there(analyst: Client, cast: Cast) -> None:
    shown = text(analyst, address(cast, "thumbnails", "history"))
    assert "Invoker added: everyone (*)" in shown
    assert "developer/an-engineer" in shown
    assert "Between 2026-03-02 09:00 and 2026-03-03 09:00 UTC" in shown
    assert "Not read for 24 h before" in shown


def test_any_two_revisions_compare_in_either_order(analyst: Client, cast: Cast) -> None:
    there = text(analyst, address(cast, "checkout", "history") + "?from=1&to=2")
    back = text(analyst, address(cast, "checkout", "history") + "?from=2&to=1")
    for shown in (there, back):
        assert "Memory 256 MiB → 512 MiB" in shown
        assert "<del>256</del>" in shown
        assert "<ins>512</ins>" in shown


def test_a_revision_that_never_was_is_not_there(analyst: Client, cast: Cast) -> None:
    assert analyst.get(address(cast, "checkout", "history") + "?to=99").status_code == 404


@pytest.mark.parametrize(
    "query", ["?from=x&to=-1", "?before=0", "?to=999999999999", "?before=" + "9" * 40, "?from=%01"]
)
def test_numbers_that_are_none_are_ignored(analyst: Client, cast: Cast, query: str) -> None:
    assert analyst.get(address(cast, "checkout", "history") + query).status_code == 200


def test_one_revision_says_that_changes_come_later(analyst: Client, cast: Cast) -> None:
    assert "Only one revision so far" in text(analyst, address(cast, "mailer", "history"))


def test_a_revision_is_exported_as_json(analyst: Client, cast: Cast) -> None:
    answer = analyst.get(f"/functions/{cast.functions['checkout'].uid}/revisions/2.json")
    assert "attachment" in answer["Content-Disposition"]
    told = json.loads(answer.content)
    assert told["document"]["config"]["memory_mb"] == 512
    assert told["changed"] == ["config"]


def test_activity_lists_what_the_log_says_and_filters_it(analyst: Client, cast: Cast) -> None:
    path = address(cast, "thumbnails", "activity")
    assert "AddPermission" in text(analyst, path)
    assert "No activity matches" in text(analyst, path + "?find=nobody")
    assert analyst.get(path + "?before=yesterday").status_code == 200
    assert analyst.get(path + "?before=2026-03-02").status_code == 200


def test_a_clouds_own_id_leads_to_the_page(analyst: Client, cast: Cast) -> None:
    here = address(cast, "checkout")
    assert analyst.get("/r/", {"id": native_id("checkout")})["Location"] == here
    assert analyst.get("/r/", {"id": native_id("checkout") + ":live"})["Location"] == here
    janitor = cast.identities["janitor-admin"]
    assert analyst.get("/r/", {"id": JANITOR_ROLE})["Location"] == f"/identities/{janitor.uid}/"
    assert analyst.get("/r/", {"id": "arn:aws:lambda:::nothing"}).status_code == 404
    assert analyst.get("/r/").status_code == 404


def test_the_console_link_is_https_with_every_part_quoted(analyst: Client, cast: Cast) -> None:
    function = cast.functions["checkout"]
    function.name = 'x"y#z'
    function.save()
    shown = text(analyst, address(cast, "checkout"))
    assert "https://eu-west-1.console.aws.amazon.com/lambda/home?region=eu-west-1#/functions/x%22y%23z" in shown


def test_the_overview_tells_the_gravest_findings_who_deploys_and_where_it_talks(analyst: Client, cast: Cast) -> None:
    here = address(cast, "janitor")
    shown = text(analyst, here)
    assert "not judged" in shown, "the mark in the head"
    assert "Not judged so far: that is no all-clear." in shown
    judge_account(cast.account, DAY_TWO)
    rows = Finding.objects.filter(function=cast.functions["janitor"], state="open")
    gravest = rows.order_by("-risk", "-pk").first()
    assert gravest is not None
    shown = text(analyst, here)
    assert title_of(gravest.rule) in shown
    assert f"All {rows.count()}" in shown
    assert "Where it can talk" in shown and "Sends to" in shown
    rows.update(state="resolved")
    Posture.objects.filter(function=cast.functions["janitor"]).update(worst="none")
    shown = text(analyst, here)
    assert "none open" in shown and "None is open." in shown


def test_the_owner_stands_in_the_head_of_every_tab(analyst: Client, cast: Cast) -> None:
    latest = cast.functions["janitor"].resource.latest
    assert latest is not None
    latest.document = {**latest.document, "tags": {"Team": "platform-night"}}
    latest.save()
    for tab in ("", "access", "raw"):
        shown = text(analyst, address(cast, "janitor", tab))
        assert "platform-night" in shown.partition("Parts of this function")[0], tab


@pytest.mark.parametrize("tab", TAB_NAMES)
def test_queries_stay_few(
    analyst: Client, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries, tab: str
) -> None:
    with django_assert_max_num_queries(14):
        analyst.get(address(cast, "thumbnails", tab))


def test_an_identity_shows_policies_trust_functions_and_history(analyst: Client, cast: Cast) -> None:
    shown = text(analyst, f"/identities/{cast.identities['office-shared'].uid}/")
    assert "Service: lambda.amazonaws.com" in shown
    assert "mailer" in shown
    assert "invoices" in shown
    assert "ses:SendEmail" in shown
    assert analyst.get("/identities/0000000000000000/").status_code == 404


def test_identities_are_found_with_the_search_language(analyst: Client, cast: Cast) -> None:
    shared = text(analyst, "/identities/?q=functions:%3E1")
    assert "office-shared" in shared
    assert "janitor-admin" not in shared
    assert "janitor-admin" in text(analyst, "/identities/?q=name:janitor*&sort=changed")
    assert "No identity matches" in text(analyst, "/identities/?q=nobody")
    assert analyst.get("/identities/?after=nonsense&sort=x").status_code == 200


def test_a_query_that_is_none_says_where_and_what_was_expected(analyst: Client, cast: Cast) -> None:
    answer = analyst.get("/identities/?q=functions:many")
    assert answer.status_code == 400
    assert "at character" in answer.content.decode()


def test_changes_are_told_by_day_and_filtered_by_kind_and_risk(analyst: Client, cast: Cast) -> None:
    shown = text(analyst, "/changes/")
    assert "Tuesday, 3 March 2026" in shown
    assert "Memory 256 MiB → 512 MiB" in shown
    assert "Function removed" in shown
    rising = text(analyst, "/changes/?risk=up")
    assert "Invoker added" in rising
    assert "Memory 256 MiB" not in rising
    assert "No change of this sort" in text(analyst, "/changes/?kind=code")
    assert "Nothing has changed yet" in text(analyst, "/changes/?before=2020-01-01T00:00:00%2B00:00")
    assert analyst.get("/changes/?before=nonsense&scope=provider:none").status_code == 200


def test_the_scope_picker_limits_what_is_counted(analyst: Client, cast: Cast) -> None:
    Account.objects.create(provider="gcp", native_id="acme-data", name="acme-data")
    assert "Google Cloud" in text(analyst, "/")
    limited = text(analyst, "/?scope=provider:gcp")
    assert "Invoker added" not in limited
    assert Resource.objects.count() > 0
