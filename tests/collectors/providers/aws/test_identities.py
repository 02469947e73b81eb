"""Roles, what is granted to them, and managed policies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from collectors.provider import Malformed
from inventory.facts import Kind, Unread
from tests.collectors.providers.aws.answers import BASE, ROLE, digests, managed, policy, role, seen

DENIED = Unread("no", "iam:GetPolicyVersion", "denied")


def test_a_role_has_its_trust_policies_and_grants() -> None:
    observation = seen("roles", role())
    assert (observation.kind, observation.native_id, observation.name) == (Kind.IDENTITY, ROLE, "checkout-role")
    assert observation.sections["config"]["kind"] == "role"
    assert observation.sections["trust"]["document"]["Statement"][0]["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert observation.sections["policies"]["policies"] == [
        {"id": BASE, "name": "base", "kind": "managed"},
        {
            "id": "inline",
            "name": "inline",
            "kind": "inline",
            "document": observation.sections["policies"]["policies"][1]["document"],
        },
    ]
    granted = {(grant.source_kind, grant.source, grant.statement.actions) for grant in observation.grants or ()}
    assert granted == {("inline", "inline", ("s3:GetObject",)), ("managed", BASE, ("logs:PutLogEvents",))}
    assert observation.sections["tags"] == {"team": "shop"}


def test_the_last_use_is_told_beside_the_sections() -> None:
    observation = seen("roles", role())
    assert observation.used_at == datetime(2026, 3, 1, tzinfo=UTC)
    later = {"LastUsedDate": "2026-03-02T00:00:00Z", "Region": "us-east-1"}
    assert digests(seen("roles", role(RoleLastUsed=later))) == digests(observation)


def test_a_boundary_is_granted_as_one() -> None:
    bounded = role(PermissionsBoundary={"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": BASE})
    observation = seen("roles", bounded)
    assert observation.sections["policies"]["boundary"] == BASE
    assert [g.source_kind for g in observation.grants or () if g.source_kind == "boundary"] == ["boundary"]


@pytest.mark.parametrize(
    "text",
    [
        None,
        DENIED,
        managed(PolicyVersionList=[]),
        managed(PolicyVersionList=[{"IsDefaultVersion": True, "Document": "no"}]),
    ],
)
def test_one_text_that_is_missing_makes_the_sum_unknown(text: Any) -> None:
    observation = seen("roles", role() | {"managed": {BASE: text}})
    assert observation.grants is None
    assert "policies" in observation.unread
    assert observation.sections["policies"]["policies"]


def test_a_role_read_in_part_has_no_grants() -> None:
    observation = seen("roles", role() | {"partly": DENIED})
    assert observation.grants is None
    assert "policies" not in observation.sections
    assert observation.unread["policies"] == DENIED


def test_a_service_linked_role_is_told_as_such() -> None:
    assert seen("roles", role(Path="/aws-service-role/x.amazonaws.com/")).sections["config"]["service_linked"]


def test_a_policy_is_its_text_in_force() -> None:
    observation = seen("policies", {"account": "1", "policy": managed()})
    assert observation.kind == Kind.POLICY
    assert observation.sections["document"]["version"] == "v2"
    assert observation.sections["document"]["document"]["Statement"][0]["Action"] == ["logs:PutLogEvents"]
    attached = managed(AttachmentCount=40, UpdateDate="2026-01-01")
    assert digests(seen("policies", {"account": "1", "policy": attached})) == digests(observation)


def test_used_services_are_told_by_month() -> None:
    used = [{"ServiceNamespace": "s3", "LastAuthenticated": "2026-02-11T10:00:00Z"}, {"ServiceNamespace": "ec2"}]
    observation = seen("roles", role() | {"used": used})
    assert observation.sections["usage"] == {
        "services": [{"service": "ec2", "month": ""}, {"service": "s3", "month": "2026-02"}]
    }
    assert observation.detail_read


def test_actions_that_iam_tracks_are_told_by_month_too() -> None:
    tracked = [{"ActionName": "PutObject"}, {"ActionName": "GetObject", "LastAccessedTime": "2026-01-30T10:00:00Z"}]
    used = [{"ServiceNamespace": "s3", "LastAuthenticated": "2026-02-11T10:00:00Z",
             "TrackedActionsLastAccessed": tracked}]  # fmt: skip
    (service,) = seen("roles", role() | {"used": used}).sections["usage"]["services"]
    assert service["actions"] == {"GetObject": "2026-01", "PutObject": ""}


@pytest.mark.parametrize("listing", ["roles", "policies"])
@pytest.mark.parametrize("entry", [None, "x", {}, {"Arn": 1}, {"Arn": "no arn"}])
def test_an_entry_without_arn_is_malformed(listing: str, entry: Any) -> None:
    with pytest.raises(Malformed):
        seen(listing, {"account": "1", "role": entry, "policy": entry})


@pytest.mark.parametrize(
    ("change", "section"),
    [
        ({"AssumeRolePolicyDocument": "{"}, "trust"),
        ({"AssumeRolePolicyDocument": None}, "trust"),
        ({"Tags": "x"}, "tags"),
        ({"RolePolicyList": [{"PolicyName": "p", "PolicyDocument": "x"}]}, "policies"),
        ({"AttachedManagedPolicies": "x"}, "policies"),
        ({"MaxSessionDuration": "long"}, "config"),
        ({"PermissionsBoundary": "x"}, "policies"),
        ({"RoleLastUsed": "never"}, ""),
        ({"RoleLastUsed": {"LastUsedDate": "soon"}}, ""),
    ],
)
def test_a_wrong_type_costs_its_section_only(change: dict[str, Any], section: str) -> None:
    observation = seen("roles", role(**change))
    assert set(observation.unread) == ({section} if section else set())
    assert section not in observation.sections
    assert (observation.grants is None) == (section == "policies")


def test_reordered_statements_and_tags_are_the_same_role() -> None:
    statements = [
        {"Effect": "Allow", "Action": ["a:B", "a:C"], "Resource": "*"},
        {"Effect": "Deny", "Action": "d:E", "Resource": "*"},
    ]
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    one = role(RolePolicyList=[{"PolicyName": "p", "PolicyDocument": policy(*statements)}], Tags=tags)
    two = role(RolePolicyList=[{"PolicyName": "p", "PolicyDocument": policy(*statements[::-1])}], Tags=tags[::-1])
    assert digests(seen("roles", one)) == digests(seen("roles", two))
