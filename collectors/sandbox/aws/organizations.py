"""AWS Organizations, API 2016-11-28. Only the management account may ask, but for DescribeOrganization."""

import json
from typing import Any

from collectors.sandbox.aws.asked import Asked, AwsService, Operation
from collectors.sandbox.aws.protocol import Refused
from collectors.sandbox.estate.aws.accounts import (
    ACCOUNTS,
    MANAGEMENT,
    ORGANISATION,
    ORGANISATION_POLICIES,
    ROOT,
    UNITS,
    Account,
    OrganisationPolicy,
    Unit,
)

Wire = dict[str, Any]
_ARN = f"arn:aws:organizations::{MANAGEMENT}"
_ROOT_ARN = f"{_ARN}:root/{ORGANISATION}/{ROOT}"
_POLICY_TYPES = [{"Type": name, "Status": "ENABLED"} for name in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")]


def _paged(asked: Asked, key: str, things: list[Wire]) -> Wire:
    page, following = asked.page(things, "NextToken", "MaxResults", 20, 20)
    return {key: page, "NextToken": following} if following else {key: page}


def describe_organization(asked: Asked) -> Wire:
    return {
        "Organization": {
            "Id": ORGANISATION,
            "Arn": f"{_ARN}:organization/{ORGANISATION}",
            "FeatureSet": "ALL",
            "MasterAccountArn": ACCOUNTS[0].arn,
            "MasterAccountId": MANAGEMENT,
            "MasterAccountEmail": ACCOUNTS[0].email,
            "AvailablePolicyTypes": _POLICY_TYPES,
        }
    }


def _account(asked: Asked, account: Account) -> Wire:
    way = f"{ORGANISATION}/{ROOT}/" + ("" if account.unit == ROOT else f"{account.unit}/") + f"{account.id}/"
    return {
        "Id": account.id,
        "Arn": account.arn,
        "Email": account.email,
        "Name": account.name,
        "Status": account.state,
        "State": account.state,
        "Paths": [way],
        "JoinedMethod": "CREATED",
        "JoinedTimestamp": asked.state.time(-24.0 * 1500),
    }


def _unit(unit: Unit) -> Wire:
    return {"Id": unit.id, "Arn": unit.arn, "Name": unit.name, "Path": f"{ORGANISATION}/{ROOT}/{unit.id}/"}


def list_accounts(asked: Asked) -> Wire:
    return _paged(asked, "Accounts", [_account(asked, account) for account in asked.state.in_turn(list(ACCOUNTS))])


def list_roots(asked: Asked) -> Wire:
    return _paged(asked, "Roots", [{"Id": ROOT, "Arn": _ROOT_ARN, "Name": "Root", "PolicyTypes": _POLICY_TYPES}])


def _known_parent(asked: Asked) -> str:
    parent = asked.text("ParentId")
    if parent not in {ROOT, *(unit.id for unit in UNITS)}:
        raise Refused("You specified a parent that doesn't exist.", code="ParentNotFoundException")
    return parent


def list_organizational_units_for_parent(asked: Asked) -> Wire:
    parent = _known_parent(asked)
    return _paged(asked, "OrganizationalUnits", [_unit(unit) for unit in UNITS if unit.parent == parent])


def list_accounts_for_parent(asked: Asked) -> Wire:
    parent = _known_parent(asked)
    return _paged(asked, "Accounts", [_account(asked, account) for account in ACCOUNTS if account.unit == parent])


def list_parents(asked: Asked) -> Wire:
    child = asked.text("ChildId")
    parents = {unit.id: unit.parent for unit in UNITS} | {account.id: account.unit for account in ACCOUNTS}
    if child not in parents:
        raise Refused("You specified a child that doesn't exist.", code="ChildNotFoundException")
    kind = "ROOT" if parents[child] == ROOT else "ORGANIZATIONAL_UNIT"
    return _paged(asked, "Parents", [{"Id": parents[child], "Type": kind}])


def _summary(policy: OrganisationPolicy) -> Wire:
    return {
        "Id": policy.id,
        "Arn": policy.arn,
        "Name": policy.name,
        "Description": policy.description,
        "Type": policy.kind,
        "AwsManaged": policy.aws_managed,
    }


def list_policies(asked: Asked) -> Wire:
    kind = asked.text("Filter")
    return _paged(asked, "Policies", [_summary(policy) for policy in ORGANISATION_POLICIES if policy.kind == kind])


def list_policies_for_target(asked: Asked) -> Wire:
    kind, target = asked.text("Filter"), asked.text("TargetId")
    if target not in _targets():
        raise Refused("You specified a target that doesn't exist.", code="TargetNotFoundException")
    policies = [one for one in ORGANISATION_POLICIES if one.kind == kind and target in one.targets]
    return _paged(asked, "Policies", [_summary(policy) for policy in policies])


def _targets() -> dict[str, Wire]:
    root = {"TargetId": ROOT, "Arn": _ROOT_ARN, "Name": "Root", "Type": "ROOT"}
    units = [{"TargetId": unit.id, "Arn": unit.arn, "Name": unit.name, "Type": "ORGANIZATIONAL_UNIT"} for unit in UNITS]
    accounts = [{"TargetId": one.id, "Arn": one.arn, "Name": one.name, "Type": "ACCOUNT"} for one in ACCOUNTS]
    return {target["TargetId"]: target for target in (root, *units, *accounts)}


def _wanted(asked: Asked) -> OrganisationPolicy:
    for policy in ORGANISATION_POLICIES:
        if policy.id == asked.text("PolicyId"):
            return policy
    raise Refused("You specified a policy that doesn't exist.", code="PolicyNotFoundException")


def list_targets_for_policy(asked: Asked) -> Wire:
    targets = _targets()
    return _paged(asked, "Targets", [targets[name] for name in _wanted(asked).targets])


def describe_policy(asked: Asked) -> Wire:
    policy = _wanted(asked)
    return {"Policy": {"PolicySummary": _summary(policy), "Content": json.dumps(policy.content)}}


def list_delegated_administrators(asked: Asked) -> Wire:
    return {"DelegatedAdministrators": []}


def _from_management(operation: Operation) -> Operation:
    def checked(asked: Asked) -> Wire:
        if asked.account != MANAGEMENT:
            raise Refused("You don't have permissions to access this resource.", "denied")
        return dict(operation(asked))

    return checked


ORGANIZATIONS = AwsService(
    name="organizations",
    scope="organizations",
    protocol="json",
    everywhere=True,
    operations={
        "DescribeOrganization": describe_organization,
        "ListAccounts": _from_management(list_accounts),
        "ListRoots": _from_management(list_roots),
        "ListOrganizationalUnitsForParent": _from_management(list_organizational_units_for_parent),
        "ListAccountsForParent": _from_management(list_accounts_for_parent),
        "ListParents": _from_management(list_parents),
        "ListPolicies": _from_management(list_policies),
        "ListPoliciesForTarget": _from_management(list_policies_for_target),
        "ListTargetsForPolicy": _from_management(list_targets_for_policy),
        "DescribePolicy": _from_management(describe_policy),
        "ListDelegatedAdministrators": _from_management(list_delegated_administrators),
    },
)
