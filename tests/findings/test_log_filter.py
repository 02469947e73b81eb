"""Filters of Cloud Logging over the entries of one function: all of them, none, or as they say; else not understood."""

from __future__ import annotations

import pytest

from findings.log_filter import DEEPEST, Entries, NotUnderstood, lets_through, read

RUN = Entries(
    {"resource.type": "cloud_run_revision", "resource.labels.service_name": "checkout",
     "resource.labels.location": "europe-west1"},
    frozenset({"run.googleapis.com/stdout", "run.googleapis.com/stderr"}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", True),
        ("-- nothing but a comment", True),
        ('resource.type="cloud_run_revision"', True),
        ("resource.type = cloud_run_revision", True),
        ('resource.type="cloud_function"', False),
        ('resource.type!="cloud_function"', True),
        ('resource.type:"run"', True),
        ('resource.type=("k8s_container" OR "cloud_run_revision")', True),
        ('resource.type="cloud_run_revision" resource.labels.service_name="checkout"', True),
        ('resource.type="cloud_run_revision"\nresource.labels.service_name="other"', False),
        ('resource.type="cloud_run_revision" AND severity<ERROR', None),
        ('resource.type="k8s_container" AND severity<ERROR', False),
        ('resource.type="cloud_run_revision" OR severity<ERROR', True),
        ('NOT resource.type="cloud_run_revision"', False),
        ('-resource.type="gce_instance"', True),
        ('NOT (resource.type="gce_instance" OR severity=DEBUG)', None),
        ('resource.labels.service_name=~"^check"', True),
        ('resource.labels.service_name=~"^check$"', False),
        ('resource.labels.service_name=~".*out"', True),
        ('resource.labels.service_name!~"^check"', False),
        ('LOG_ID("run.googleapis.com/stdout")', None),
        ('LOG_ID("cloudaudit.googleapis.com/activity")', False),
        ('NOT LOG_ID("cloudaudit.googleapis.com/activity") AND NOT LOG_ID("cloudaudit.googleapis.com/policy")', True),
        ('logName="projects/p/logs/cloudaudit.googleapis.com%2Factivity"', False),
        ('logName:"cloudaudit"', None),
        ('httpRequest.requestUrl="/healthz"', None),
        ('"health check"', None),
        ("resource.type=cloud_run_revision AND sample(insertId, 0.9)", None),
    ],
)
def test_what_a_filter_takes_of_a_functions_entries(text: str, told: bool | None) -> None:
    assert lets_through(text, RUN) is told


@pytest.mark.parametrize(
    "text",
    ["resource.type=", "(severity=INFO", 'severity="INFO")', "ip_in_net(a, b)", '"', 'resource.type=~"run|function"',
     "(" * (DEEPEST + 2) + "a" + ")" * (DEEPEST + 2), "a" * 20_001, "resource.type=(a OR", "AND", "="],
)  # fmt: skip
def test_what_is_not_understood_is_neither_taken_nor_spared(text: str) -> None:
    takes, piece = read(text, RUN)
    assert takes is None
    if text not in ("AND", "="):
        with pytest.raises(NotUnderstood):
            lets_through(text, RUN)
        assert piece


def test_a_log_that_is_the_only_one_takes_all() -> None:
    first = Entries({"resource.type": "cloud_function"}, frozenset({"cloudfunctions.googleapis.com/cloud-functions"}))
    assert lets_through('LOG_ID("cloudfunctions.googleapis.com/cloud-functions")', first) is True
