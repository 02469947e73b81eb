"""AWS managed policies, each with the level and the classes of power that a reviewer expects of it.

The texts are those that moto bundles; the version beside a name is the one that was reviewed, against the policy's own
statements and the reference of classes. An entry that changes is read again before the table is.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from findings.access.aws import NamedPolicy
from findings.access.aws.privileges import assess

Json = Any
REVIEWED = Path(__file__).with_name("aws_managed_policies.tsv")
ROWS = [tuple(line.split("\t")) for line in REVIEWED.read_text().splitlines()[1:]]


@lru_cache(maxsize=1)
def bundled() -> dict[str, Json]:
    policies: dict[str, Json] = json.loads(aws_managed_policies_data)
    return policies


@pytest.mark.parametrize(("name", "version", "level", "classes"), ROWS, ids=[row[0] for row in ROWS])
def test_a_managed_policy_is_judged_as_reviewed(name: str, version: str, level: str, classes: str) -> None:
    policy = bundled()[name]
    found = assess([NamedPolicy(name, policy["Document"])], principal="arn:aws:iam::111122223333:role/app")
    is_other = policy["DefaultVersionId"] != version
    note = f" (moto bundles {policy['DefaultVersionId']}, {version} was reviewed: read it again)" if is_other else ""
    assert found.level.value == level, f"{name} is {found.level.value}{note}"
    assert sorted(power.value for power in found.powers) == classes.split(), f"the classes of {name} differ{note}"


def test_there_are_enough_of_them_and_of_every_level() -> None:
    assert len(ROWS) >= 40
    assert {row[2] for row in ROWS} == {"admin", "near-admin", "write", "read", "none"}


@pytest.mark.parametrize("name", ["ReadOnlyAccess", "SecurityAudit", "ViewOnlyAccess", "IAMReadOnlyAccess"])
def test_reading_is_no_writing_whatever_the_reference_calls_it(name: str) -> None:
    """The reference lists billing:GetResourcePolicy and a few dozen others as managing permissions."""
    found = assess([NamedPolicy(name, bundled()[name]["Document"])])
    assert "iam_write" not in {power.value for power in found.powers}
    assert found.level.value == "read"


def test_a_session_that_may_write_is_a_write() -> None:
    """s3express:CreateSession only reads where the policy says so."""
    statement: dict[str, Json] = {"Effect": "Allow", "Action": "s3express:CreateSession", "Resource": "*"}
    only = {"StringEquals": {"s3express:SessionMode": "ReadOnly"}}
    assert assess([NamedPolicy("p", {"Statement": [statement]})]).level.value == "write"
    assert assess([NamedPolicy("p", {"Statement": [statement | {"Condition": only}]})]).level.value == "read"
