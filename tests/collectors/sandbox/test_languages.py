"""The two query languages of the sandbox: Cloud Logging's filters, and Resource Graph's queries."""

from typing import Any

import pytest

from collectors.sandbox.azure import kql
from collectors.sandbox.gcp import filter as logging_filter

ENTRY = {
    "logName": "projects/p/logs/cloudaudit.googleapis.com%2Factivity",
    "timestamp": "2026-11-02T06:00:00.500000Z",
    "protoPayload": {"serviceName": "run.googleapis.com", "methodName": "google.cloud.run.v2.Services.SetIamPolicy"},
}


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("", True),
        ('logName="projects/p/logs/cloudaudit.googleapis.com%2Factivity"', True),
        ('logName:"data_access"', False),
        ('timestamp>="2026-11-02T06:00:00Z" AND timestamp<"2026-11-02T06:00:01Z"', True),
        ('timestamp>"2026-11-02T06:00:00.500Z"', False),
        ('protoPayload.serviceName=("iam.googleapis.com" OR "run.googleapis.com")', True),
        ('protoPayload.serviceName="iam.googleapis.com" OR protoPayload.methodName:"setiampolicy"', True),
        ('NOT protoPayload.methodName:"SetIamPolicy"', False),
        ('(protoPayload.serviceName="x" OR logName:"activity") protoPayload.methodName=~"Set.+Policy$"', True),
        ('protoPayload.missing:"x"', False),
        ("-- a comment\nlogName:activity", True),
    ],
)
def test_a_log_filter_lets_through_what_it_says(text: str, fits: bool) -> None:
    assert logging_filter.compiled(text)(ENTRY) is fits


@pytest.mark.parametrize("text", ["a =", "(a=b", "a ?? b", 'a=("x" OR', "a=b)"])
def test_a_log_filter_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(logging_filter.Unreadable):
        logging_filter.compiled(text)


ROWS: list[dict[str, Any]] = [
    {"id": "/b", "type": "microsoft.web/sites", "kind": "functionapp,linux", "properties": {"on": True, "n": "Two"}},
    {
        "id": "/a",
        "type": "microsoft.web/sites",
        "kind": "app",
        "properties": {"on": False, "at": "2026-11-02T06:00:00.5Z"},
    },
    {"id": "/c", "type": "microsoft.web/serverfarms", "kind": None, "properties": {}},
]


def ids(query: str) -> list[str]:
    return [row["id"] for row in kql.run(query, lambda table: ROWS if table == "resources" else [])]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("resources", ["/b", "/a", "/c"]),
        ("Resources | order by id asc", ["/a", "/b", "/c"]),
        ("resources | where type =~ 'Microsoft.Web/Sites' | order by id desc", ["/b", "/a"]),
        ("resources | where type == 'Microsoft.Web/Sites'", []),
        ("resources | where type in~ ('MICROSOFT.WEB/SITES', 'x') and kind contains 'FunctionApp'", ["/b"]),
        ("resources | where type !in ('microsoft.web/sites')", ["/c"]),
        ("resources | where tolower(properties.N) == 'two'", ["/b"]),
        ("resources | where properties.on == true or id == '/c'", ["/b", "/c"]),
        ("resources | where not(kind has 'linux') | take 1", ["/a"]),
        ("resources | where isempty(kind)", ["/c"]),
        ("resources | where todatetime(properties.at) > datetime(2026-11-02T06:00:00Z)", ["/a"]),
        ("resources | where kind startswith 'func' and kind endswith 'linux'", ["/b"]),
        ("others", []),
    ],
)
def test_a_graph_query_gives_the_rows_it_says(query: str, found: list[str]) -> None:
    assert ids(query) == found


def test_columns_are_chosen_renamed_and_counted() -> None:
    told = kql.run("resources | project place = id, properties.on | take 1", lambda table: ROWS)
    assert told == [{"place": "/b", "properties.on": True}]
    assert kql.run("resources | project-away properties, kind | take 1", lambda table: ROWS) == [
        {"id": "/b", "type": "microsoft.web/sites"}
    ]
    assert kql.run("resources | where kind == 'a|b' | count", lambda table: ROWS) == [{"Count": 0}]


@pytest.mark.parametrize("query", ["resources | summarize count()", "resources | where", "resources | where a ~ 'b'"])
def test_a_graph_query_that_cannot_be_read_is_refused(query: str) -> None:
    with pytest.raises(kql.Unreadable):
        ids(query)
