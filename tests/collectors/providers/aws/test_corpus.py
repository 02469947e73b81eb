"""Recorded answers of AWS: each entry means something or is quarantined with a reason; none breaks the normalizer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collectors.provider import Malformed
from collectors.providers.aws.normalize import normalize
from collectors.providers.aws.normalize.trail import activity
from collectors.providers.aws.scrub import scrub
from collectors.providers.aws.wire import Call
from inventory.facts import Observation
from inventory.record import prepare
from tests.collectors.providers.aws.answers import policy as as_text
from tests.collectors.providers.aws.answers import raw
from tests.collectors.providers.aws.scripted import KEY

AWS = Path(__file__).resolve().parents[5] / "shared" / "corpus" / "recorded" / "aws"
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not AWS.is_dir(), reason=f"no recorded answers beside the project ({AWS.name})"),
]


def recorded(operation: str) -> Iterator[dict[str, Any]]:
    """Each successful answer recorded of an operation, scrubbed as it would be on the way in."""
    service, name = operation.split(".")
    for path in sorted(AWS.rglob(f"{operation}_*.json")):
        told = json.loads(path.read_text())
        if told.get("status_code", 200) < 300:
            data = told["data"].get("Configuration", told["data"])
            asked = "GetFunctionConfiguration" if name == "GetFunction" else name
            yield scrub(Call(service, asked, "us-east-1"), data, path.read_text(), KEY)


def understood(listing: str, entries: list[Any]) -> tuple[list[Observation], list[str]]:
    seen, malformed = [], []
    for entry in entries:
        try:
            found = list(normalize(listing, entry))
        except Malformed as why:
            malformed.append(str(why))
            continue
        for observation in found:
            prepare(observation)
            seen.append(observation)
    return seen, malformed


def test_every_recorded_function_is_understood() -> None:
    listed = [function for answer in recorded("lambda.ListFunctions") for function in answer["Functions"]]
    single = [answer for op in ("GetFunction", "GetFunctionConfiguration") for answer in recorded(f"lambda.{op}")]
    entries = [function for function in listed + single if function.get("FunctionArn")]
    seen, malformed = understood("functions", [raw(function=function) for function in entries])
    assert len(entries) > 40
    assert malformed == []
    assert {observation.native_id for observation in seen} == {function["FunctionArn"] for function in entries}
    assert {section for observation in seen for section in observation.unread} == set()


def test_every_recorded_policy_gives_bindings() -> None:
    answers = list(recorded("lambda.GetPolicy"))
    seen, malformed = understood("functions", [raw(policies={"": answer}) for answer in answers])
    assert len(answers) >= 4
    assert malformed == []
    for observation, answer in zip(seen, answers, strict=True):
        statements = json.loads(answer["Policy"])["Statement"]
        assert len(observation.sections["access"]["policies"][0]["document"]["Statement"]) == len(statements)


def test_every_recorded_trigger_of_a_policy_is_found() -> None:
    answers = [answer for answer in recorded("lambda.GetPolicy") if '"Service"' in answer["Policy"]]
    for answer in answers:
        expected = {
            s["Principal"]["Service"]
            for s in json.loads(answer["Policy"])["Statement"]
            if isinstance(s["Principal"], dict) and "Service" in s["Principal"]
        }
        [seen], _ = understood("functions", [raw(policies={"": answer})])
        assert {binding.principal for binding in seen.bindings or () if binding.principal_kind == "service"} <= expected


def test_every_role_and_policy_of_the_authorization_details_is_understood() -> None:
    for path in sorted(AWS.glob("cloudsplaining/**/*.json")):
        told = json.loads(path.read_text())
        managed = {policy["Arn"]: policy for policy in told["Policies"]}
        roles = [{"account": "1", "role": role, "managed": managed} for role in told["RoleDetailList"]]
        seen, malformed = understood("roles", roles)
        assert malformed == []
        assert len(seen) == len(roles)
        for role, observation in zip(told["RoleDetailList"], seen, strict=True):
            attached = len(role["AttachedManagedPolicies"]) + len(role["RolePolicyList"])
            assert len(observation.sections["policies"]["policies"]) == attached
            assert (observation.grants is not None) == all(
                entry["PolicyArn"] in managed for entry in role["AttachedManagedPolicies"]
            )
        texts, malformed = understood("policies", [{"account": "1", "policy": policy} for policy in told["Policies"]])
        assert malformed == []
        assert all("document" in observation.sections for observation in texts)


def test_recorded_networks_are_understood() -> None:
    groups = [group for answer in recorded("ec2.DescribeSecurityGroups") for group in answer["SecurityGroups"]]
    subnets = [subnet for answer in recorded("ec2.DescribeSubnets") for subnet in answer["Subnets"]]
    place = {
        "VpcId": "vpc-1",
        "SubnetIds": [s["SubnetId"] for s in subnets],
        "SecurityGroupIds": [g["GroupId"] for g in groups],
    }
    entry = raw(
        network={
            "groups": groups,
            "subnets": subnets,
            "routes": [],
            "acls": [],
            "nats": [],
            "endpoints": [],
            "prefix_lists": [],
        }
    )
    entry["function"] |= {"VpcConfig": place}
    [seen], _ = understood("functions", [entry])
    told = seen.sections["network"]
    assert len(told["security_groups"]) == len(groups) > 50
    assert any(rule["to"] == "0.0.0.0/0" for group in told["security_groups"] for rule in group["egress"])


def test_recorded_events_of_attacks_are_told() -> None:
    told = {}
    for path in sorted(AWS.glob("stratus-red-team/*.json")):
        for record in json.loads(path.read_text()):
            entry = {
                "EventId": record["eventID"],
                "EventTime": record["eventTime"],
                "EventName": record["eventName"],
                "EventSource": record["eventSource"],
                "ReadOnly": record["readOnly"],
                "CloudTrailEvent": json.dumps(record),
            }
            seen = activity(entry, record["recipientAccountId"], record["awsRegion"], {})
            if seen:
                told[seen.action] = seen
    backdoor = told["lambda:AddPermission"]
    assert backdoor.subject.endswith(":function:stratus-red-team-backdoor-f-func")
    assert backdoor.detail["principal"] == "*"
    assert told["lambda:UpdateFunctionConfiguration"].subject.endswith(
        ":function:stratus-red-team-lambda-layer-simpleLambda"
    )
    assert told["iam:AttachUserPolicy"].detail["policy"].endswith("AdministratorAccess")


def test_answers_that_were_spoilt_are_quarantined_or_marked() -> None:
    """Each recorded function with each of its fields replaced by what does not belong there."""
    listed = [function for answer in recorded("lambda.ListFunctions") for function in answer["Functions"]][:6]
    for function in listed:
        for field in function:
            rubbish: Any
            for rubbish in (None, [], {}, "", "x\x00y", 7, True, [[]], {"a": []}, "\ud800"):
                seen, malformed = understood("functions", [raw(function=function | {field: rubbish})])
                assert len(seen) + len(malformed) == 1


def test_policies_that_were_spoilt_never_read_as_no_policy() -> None:
    for answer in recorded("lambda.GetPolicy"):
        text = answer["Policy"]
        for spoilt in (text[:-5], text.replace('"Effect"', '"Efect"'), "", "null", as_text()[:-1]):
            [seen], _ = understood("functions", [raw(policies={"": {"Policy": spoilt}})])
            assert "access" in seen.unread
            assert seen.bindings is None
