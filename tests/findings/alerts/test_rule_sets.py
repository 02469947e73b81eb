"""Sets of rules in alerts: named in the catalogue's words, joined with the query, kept through renaming, told."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from findings.alerts import email, slack, teams, webhook
from findings.catalogue import catalogue
from findings.message import Message
from findings.models import Alert, Delivery, Loss
from findings.rule_set import UnknownRules, every_name, found_by, frameworks, in_words, named, subjects, today
from findings.severity import Severity
from findings.states import State
from findings.telling import message_of
from inventory.models import Account, Change
from tests.cast import Cast
from tests.findings.alerts.conftest import AT, MakeAlert, gathered, happens
from tests.findings.toy import Put, toy

pytestmark = pytest.mark.django_db


def kinds(alert: Alert) -> list[str]:
    return sorted(alert.notices.values_list("kind", flat=True))


def test_a_set_is_named_by_rules_and_by_the_groups_of_the_catalogue() -> None:
    trust = {rule.id for rule in catalogue().values() if rule.subject == "trust"}
    iso = {rule.id for rule in catalogue().values() if any(one.startswith("iso-27001:") for one in rule.standards)}
    assert set(named(["subject:trust"])) == trust
    assert set(named(["standard:iso-27001", "public_invoke"])) == iso | {"public_invoke"}
    control = next(one for rule in catalogue().values() for one in rule.standards)
    assert control in {one for id in named([f"standard:{control}"]) for one in catalogue()[id].standards}
    entry = catalogue()["public_invoke"].catalogue[0]
    assert "public_invoke" in named([entry.lower()])


def test_every_rule_is_in_one_subject_and_no_group_is_empty() -> None:
    assert sorted(rule.id for group in subjects() for rule in group.rules) == sorted(catalogue())
    assert all(group.rules for group in frameworks())


def test_a_set_is_kept_in_one_order_whatever_the_order_of_its_words() -> None:
    assert named(["can_escalate", "public_invoke"]) == named(["public_invoke", "can_escalate", "public_invoke"])


def test_what_names_no_rule_is_refused_with_what_is_near() -> None:
    with pytest.raises(UnknownRules, match=r"no rule or group 'public_invok'\. Near to it: public_invoke"):
        named(["can_escalate", "public_invok"])
    with pytest.raises(UnknownRules, match="'subject:weather'"):
        named(["subject:weather"])


def test_rules_are_found_by_every_word_of_a_text() -> None:
    found = {rule.id for rule in found_by("invoke public")}
    assert "public_invoke" in found
    assert len(found) < len(catalogue()) == len(found_by(""))


def test_a_renamed_rule_stays_in_the_set(cast: Cast, make_alert: MakeAlert, shelve: Put) -> None:
    alert = make_alert(rules=["large"])
    shelve(toy("too_large", aliases=("large",)), toy("other"))
    assert named(["large"]) == today(["large"]) == ["too_large"]
    assert every_name(["large"]) == {"large", "too_large"}
    happens(cast.functions["mailer"], rule="large")
    happens(cast.functions["checkout"], rule="too_large")
    happens(cast.functions["janitor"], rule="other")
    gathered(alert)
    assert len(kinds(alert)) == 2, "findings are kept under the old name until they are judged anew"


def test_a_rule_that_is_gone_stays_named_and_none_at_all_is_not_every_rule(
    cast: Cast, make_alert: MakeAlert, shelve: Put
) -> None:
    shelve(toy("here"))
    assert named(["here", "gone"], kept=["gone"]) == ["here", "gone"]
    alert = make_alert(rules=["gone"])
    happens(cast.functions["mailer"], rule="here")
    assert gathered(alert) == []
    assert "None of its rules is checked any more" in alert.fault
    Alert.objects.update(rules=["gone", "here"])
    assert len(gathered(alert)) == 1
    assert alert.fault == ""


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"rules": ["public_invoke", "no_owner"]}, 1),
        ({"rules": ["no_owner"]}, 0),
        ({"rules": ["public_invoke"], "query": "function:mailer"}, 1),
        ({"rules": ["public_invoke"], "query": "function:checkout"}, 0),
        ({"rules": ["no_owner"], "query": "function:mailer"}, 0),
        ({"rules": ["public_invoke"], "list_name": "functions"}, 1),
        ({"rules": ["no_owner"], "list_name": "functions", "query": "name:mailer"}, 0),
        ({"rules": ["public_invoke"], "list_name": "functions", "query": "name:mailer"}, 1),
    ],
)
def test_findings_are_those_of_the_rules_and_of_the_query(
    cast: Cast, make_alert: MakeAlert, told: dict[str, object], expected: int
) -> None:
    alert = make_alert(**told)
    happens(cast.functions["mailer"])
    assert len(gathered(alert)) == expected


def test_acceptances_that_end_are_those_of_the_rules(cast: Cast, make_alert: MakeAlert) -> None:
    ends: dict[str, Any] = {"state": State.ACCEPTED, "until": AT + timedelta(days=5)}
    for listed in ("findings", "functions"):
        happens(cast.functions["mailer"], **ends)
        happens(cast.functions["mailer"], rule="no_owner", **ends)
        alert = make_alert(events=["expiring"], rules=["no_owner"], list_name=listed)
        gathered(alert)
        assert kinds(alert) == ["expiring"]


@pytest.mark.parametrize("listed", ["findings", "functions"])
@pytest.mark.parametrize("state", [State.OPEN, State.RESOLVED])
def test_changes_are_those_of_what_has_or_had_such_a_finding(
    cast: Cast, make_alert: MakeAlert, listed: str, state: State
) -> None:
    alert = make_alert(events=["change"], rules=["public_invoke"], list_name=listed)
    happens(cast.functions["mailer"], state=state)
    happens(cast.functions["janitor"], rule="no_owner")
    for name in ("mailer", "janitor", "checkout"):
        Change.objects.create(
            resource=cast.functions[name].resource, account=cast.account, event="changed", resource_kind="function",
            at=AT,
        )  # fmt: skip
    gathered(alert)
    told = Change.objects.filter(pk__in=alert.notices.values("about"))
    assert [one.resource.name for one in told] == ["mailer"]


def test_lost_coverage_is_told_of_accounts_with_such_a_finding(cast: Cast, make_alert: MakeAlert) -> None:
    other = Account.objects.create(provider="gcp", native_id="acme-data", name="acme-data")
    alert = make_alert(events=["coverage"], rules=["public_invoke"])
    happens(cast.functions["mailer"])
    for account in (cast.account, other):
        Loss.objects.create(account=account, kind="coverage", says="Lost.", since=AT)
    gathered(alert)
    told = Loss.objects.filter(pk__in=alert.notices.values("about"))
    assert [one.account.name for one in told] == ["acme-prod"]


def test_the_message_says_for_which_rules(cast: Cast, make_alert: MakeAlert) -> None:
    alert = make_alert(rules=[*list(catalogue())[:12], "public_invoke"])
    happens(cast.functions["mailer"])
    (made,) = gathered(alert)
    message = message_of(Delivery.objects.get(pk=made), AT)
    assert message.scope.startswith("For 1") and message.scope.endswith("more")
    for told in (
        email.text_of(message), json.dumps(slack.document(message)), json.dumps(teams.document(message)),
    ):  # fmt: skip
        assert message.scope[:12] in told
        assert "more" in told
    assert webhook.document(message)["rules"] == today(alert.rules)


def test_a_message_for_every_rule_says_nothing_of_rules() -> None:
    assert in_words([]) == ""
    message = Message("key", "all", AT, (), 0)
    assert "For " not in email.text_of(message)
    assert webhook.document(message)["rules"] == []


def test_a_single_rule_is_told_by_its_title() -> None:
    assert in_words(["public_invoke"]) == f"For 1 rule: {catalogue()['public_invoke'].title}"
    assert in_words(["long_gone"]) == "For 1 rule: long_gone (no longer checked)"


def test_the_gravest_rules_come_first() -> None:
    ranks = [Severity(catalogue()[id].severity).rank for id in named(["subject:trust"])]
    assert ranks == sorted(ranks, reverse=True)
