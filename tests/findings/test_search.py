"""Findings are found by the search language, and functions by their findings."""

from __future__ import annotations

from datetime import timedelta

import pytest

from findings.columns import FINDING_COLUMNS
from findings.models import Finding
from findings.present import counts
from findings.search import FINDINGS
from findings.severity import Severity
from findings.states import State
from inventory.models import Account, AccountGroup, Function, User
from inventory.search.facets import facets
from inventory.search.lists import FUNCTIONS, ParseError
from tests.cast import DAY_ONE
from tests.findings.toy import Put, reported, toy

DAY = timedelta(days=1)
AT = DAY_ONE + DAY


@pytest.fixture
def analyst(account: Account, shelve: Put) -> User:
    """shop and store fail (shop critically), shelf passes, hall could not be read; store's is accepted."""
    account.group = AccountGroup.objects.create(name="retail")
    account.save()
    shelve(toy(aliases=("big",)), toy("larger", 3000, severity=Severity.HIGH))
    reported(account, shop=4096, store=1024, shelf=128, hall=None)
    Finding.objects.get(function__name="store").accept(
        by=None, until=DAY_ONE + 10 * DAY, because="It is needed.", at=DAY_ONE
    )
    return User.objects.create_user("analyst")


def found(user: User, query: str) -> set[str]:
    rows = FINDINGS.search(query, user, AT).rows().select_related("resource")
    return {f"{row.rule}/{row.resource.name}" for row in rows}


BOTH = {"large/shop", "larger/shop"}
ALL = {*BOTH, "large/store"}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", BOTH),
        ("state:any", ALL),
        ("state:accepted", {"large/store"}),
        ("state:set-aside,open", ALL),
        ("-state:accepted", BOTH),
        ("severity:critical", {"large/shop"}),
        ("severity:>=high", BOTH),
        ("severity:<critical state:any", {"larger/shop", "large/store"}),
        ("rule:large", {"large/shop"}),
        ("rule:big", {"large/shop"}),
        ("rule:larg*", BOTH),
        ("rule:toy-01", BOTH),
        ("rule:*er", {"larger/shop"}),
        ("-rule:larger", {"large/shop"}),
        ("subject:limits", BOTH),
        ("subject:supply-chain", set()),
        ("standard:aws-fsbp", BOTH),
        ("standard:aws-fsbp:lambda.1", BOTH),
        ("standard:aws-fsbp:lambda.2", set()),
        ("provider:gcp", set()),
        ("provider:aws account:acme-prod group:retail region:eu-west-1", BOTH),
        ("function:shop kind:function", BOTH),
        ("shop", BOTH),
        ("tag.env:prod", BOTH),
        ("-tag.env:prod", set()),
        ("tag:nothing", set()),
        ("assignee:none", BOTH),
        ("is:unassigned -is:overdue", BOTH),
        ("opened:<7d", BOTH),
        ("opened:>7d", set()),
        ("due:<7d", {"large/shop"}),
        ("due:>30d", set()),
        ("until:<14d", {"large/store"}),
        ("is:expiring", {"large/store"}),
        ("exposure:unknown", BOTH),
    ],
)
def test_a_query_finds(analyst: User, query: str, wanted: set[str]) -> None:
    assert found(analyst, query) == wanted


def test_what_is_assigned_and_late_is_found(analyst: User) -> None:
    Finding.objects.filter(rule="large").assign(analyst, by=None)
    Finding.objects.filter(rule="larger").due(DAY_ONE, by=None)
    assert found(analyst, "assignee:me") == found(analyst, "is:mine") == {"large/shop"}
    assert found(analyst, "assignee:ANALYST") == {"large/shop"}
    assert found(analyst, "is:overdue") == {"larger/shop"}


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("severity:bad", "critical"), ("state:resolving", "resolved"), ("is:late", "overdue"),
        ("subject:x", "privilege"),
        ("standard:x", "aws-fsbp"), ("due:soon", "time"), ("state:>open", "choice"),
    ],
)  # fmt: skip
def test_a_wrong_value_says_what_is_expected(analyst: User, query: str, says: str) -> None:
    with pytest.raises(ParseError, match=says):
        found(analyst, query)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("finding:critical", {"shop"}),
        ("finding:>=high", {"shop"}),
        ("finding:high worst:critical", {"shop"}),
        ("finding:medium", set()),
        ("finding:larger", {"shop"}),
        ("finding:any", {"shop"}),
        ("-finding:any", {"store", "shelf", "hall"}),
        ("finding:none", {"store", "shelf", "hall"}),
        ("worst:none", {"store", "shelf", "hall"}),
        ("finding:unknown", set()),
    ],
)
def test_functions_are_found_by_their_open_findings(analyst: User, query: str, names: set[str]) -> None:
    rows = FUNCTIONS.search(query, analyst, AT).rows()
    assert set(rows.values_list("name", flat=True)) == names


def test_a_function_that_was_never_judged_is_unknown(analyst: User) -> None:
    Function.objects.get(name="shelf").posture.delete()
    assert not FUNCTIONS.search("name:shelf finding:none", analyst, AT).rows().exists()
    assert FUNCTIONS.search("name:shelf finding:unknown", analyst, AT).rows().exists()


def test_a_rule_that_there_is_not_is_no_finding(analyst: User) -> None:
    with pytest.raises(ParseError, match="or a rule"):
        FUNCTIONS.search("finding:nonsense", analyst, AT)


def test_facets_count_what_is_found(analyst: User) -> None:
    search = FINDINGS.search("state:any", analyst, AT)
    told = {one.name: {choice.value: choice.count for choice in one.choices} for one in facets(search, FINDINGS.facets)}
    assert told == {
        "severity": {"critical": 1, "high": 1, "medium": 1},
        "state": {"open": 2, "accepted": 1, "any": 3},
        "rule": {"large": 2, "larger": 1},
        "provider": {"aws": 3},
        "account": {"acme-prod": 3},
        "region": {"eu-west-1": 3},
        "assignee": {"none": 3},
    }


def test_the_most_urgent_comes_first(analyst: User) -> None:
    rows = FINDINGS.search("state:any", analyst, AT).sorted_rows()
    assert [row.rule for row in rows] == ["large", "larger", "large"]
    assert [row.severity for row in rows] == ["critical", "high", "medium"]


def test_open_findings_are_counted_by_severity(analyst: User) -> None:
    keys = {row.name: row.pk for row in Function.objects.all()}
    told = counts(list(keys.values()))
    assert {word: number for word, number in told[keys["shop"]].items() if number} == {"critical": 1, "high": 1}
    assert sum(told[keys["store"]].values()) == 0


def test_every_column_that_sorts_names_an_order() -> None:
    assert {column.sort for column in FINDING_COLUMNS} - {""} <= set(FINDINGS.sorts)


def test_closed_findings_are_found_when_they_are_asked_for(analyst: User, account: Account) -> None:
    reported(account, AT, shop=128, store=128, shelf=128, hall=128)
    assert found(analyst, "") == set()
    assert found(analyst, f"state:{State.RESOLVED}") == ALL
    assert found(analyst, "closed:<1d") == ALL
