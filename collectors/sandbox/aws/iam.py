"""IAM, API 2010-05-08."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from collectors.sandbox.aws.asked import Asked, AwsService
from collectors.sandbox.aws.protocol import Refused
from collectors.sandbox.estate.aws.accounts import ACCOUNTS
from collectors.sandbox.estate.aws.identity import Group, ManagedPolicy, Role, User
from collectors.sandbox.estate.aws.statements import Document
from collectors.sandbox.estate.names import letters, uuid

Wire = dict[str, Any]


def _written(document: Document) -> str:
    """IAM gives policy documents percent-encoded."""
    return quote(json.dumps(document, separators=(",", ":")), safe="")


def _tags(tags: Mapping[str, str]) -> list[Wire]:
    return [{"Key": name, "Value": value} for name, value in sorted(tags.items())]


def _attached(arns: Sequence[str]) -> list[Wire]:
    return [{"PolicyName": arn.rsplit("/", 1)[-1], "PolicyArn": arn} for arn in arns]


def _inline(documents: Mapping[str, Document]) -> list[Wire]:
    return [{"PolicyName": name, "PolicyDocument": _written(document)} for name, document in documents.items()]


def _nothing(what: str, name: str) -> Refused:
    return Refused(f"The {what} with name {name} cannot be found.", code="NoSuchEntity", status=404)


def _role(asked: Asked, role: Role) -> Wire:
    answer: Wire = {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": "AROA" + letters(17, role.name, role.account),
        "Arn": role.arn,
        "CreateDate": asked.state.time(role.created),
        "AssumeRolePolicyDocument": _written(role.trust),
        "RoleLastUsed": {},
    }
    if role.boundary:
        answer["PermissionsBoundary"] = {
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": role.boundary,
        }
    if role.tags:
        answer["Tags"] = _tags(role.tags)
    if role.last_used:
        hours, region = role.last_used
        answer["RoleLastUsed"] = {"LastUsedDate": asked.state.time(asked.state.day * 24 + hours), "Region": region}
    return answer


def _role_detail(asked: Asked, role: Role) -> Wire:
    return {
        **_role(asked, role),
        "InstanceProfileList": [],
        "RolePolicyList": _inline(role.inline),
        "AttachedManagedPolicies": _attached(role.attached),
    }


def _user_detail(asked: Asked, user: User) -> Wire:
    return {
        "Path": "/",
        "UserName": user.name,
        "UserId": "AIDA" + letters(17, user.arn),
        "Arn": user.arn,
        "CreateDate": asked.state.time(-20_000),
        "UserPolicyList": _inline(user.inline),
        "GroupList": list(user.groups),
        "AttachedManagedPolicies": _attached(user.attached),
    }


def _group_detail(asked: Asked, group: Group) -> Wire:
    return {
        "Path": "/",
        "GroupName": group.name,
        "GroupId": "AGPA" + letters(17, group.arn),
        "Arn": group.arn,
        "CreateDate": asked.state.time(-20_000),
        "GroupPolicyList": _inline(group.inline),
        "AttachedManagedPolicies": _attached(group.attached),
    }


def _holders(asked: Asked) -> list[Role | User | Group]:
    here = asked.account
    users = [user for user in asked.state.users if user.account == here]
    groups = [group for group in asked.state.groups if group.account == here]
    return [*asked.state.roles(here), *users, *groups]


def _policy(asked: Asked, policy: ManagedPolicy) -> Wire:
    holders = _holders(asked)
    return {
        "PolicyName": policy.name,
        "PolicyId": "ANPA" + letters(17, policy.arn),
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": f"v{policy.default_version}",
        "AttachmentCount": sum(policy.arn in holder.attached for holder in holders),
        "PermissionsBoundaryUsageCount": sum(getattr(holder, "boundary", None) == policy.arn for holder in holders),
        "IsAttachable": True,
        "CreateDate": asked.state.time(-30_000),
        "UpdateDate": asked.state.time(-30_000 + len(policy.versions)),
    }


def _version(asked: Asked, policy: ManagedPolicy, number: int) -> Wire:
    return {
        "Document": _written(policy.versions[number - 1]),
        "VersionId": f"v{number}",
        "IsDefaultVersion": number == policy.default_version,
        "CreateDate": asked.state.time(-30_000 + number),
    }


def _policy_detail(asked: Asked, policy: ManagedPolicy) -> Wire:
    numbers = range(len(policy.versions), 0, -1)
    return {**_policy(asked, policy), "PolicyVersionList": [_version(asked, policy, number) for number in numbers]}


_LISTS = {"User": "UserDetailList", "Group": "GroupDetailList", "Role": "RoleDetailList"}


def get_account_authorization_details(asked: Asked) -> Wire:
    wanted = set(asked.several("Filter")) or {"User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy"}
    holders = _holders(asked)
    entries: list[Role | User | Group | ManagedPolicy] = [one for one in holders if type(one).__name__ in wanted]
    if "LocalManagedPolicy" in wanted:
        entries += asked.state.local_policies(asked.account)
    if "AWSManagedPolicy" in wanted:
        used = {arn for holder in holders for arn in holder.attached}
        entries += [policy for policy in asked.state.local_policies("aws") if policy.arn in used]
    page, following = asked.page(entries, "Marker", "MaxItems", 100, 1000)
    answer: Wire = {name: [] for name in (*_LISTS.values(), "Policies")}
    for entry in page:
        match entry:
            case Role():
                answer["RoleDetailList"].append(_role_detail(asked, entry))
            case User():
                answer["UserDetailList"].append(_user_detail(asked, entry))
            case Group():
                answer["GroupDetailList"].append(_group_detail(asked, entry))
            case ManagedPolicy():
                answer["Policies"].append(_policy_detail(asked, entry))
    return answer | _more(following)


def _more(following: str | None) -> Wire:
    return {"IsTruncated": following is not None, "Marker": following}


def _wanted_role(asked: Asked) -> Role:
    role = asked.state.role(asked.account, asked.text("RoleName"))
    if role is None:
        raise _nothing("role", asked.text("RoleName"))
    return role


def _wanted_policy(asked: Asked) -> ManagedPolicy:
    policy = asked.state.policies.get(asked.text("PolicyArn"))
    if policy is None or policy.account not in ("aws", asked.account):
        raise Refused(f"Policy {asked.text('PolicyArn')} does not exist.", code="NoSuchEntity", status=404)
    return policy


def get_role(asked: Asked) -> Wire:
    role = _wanted_role(asked)
    return {"Role": {**_role(asked, role), "Description": role.description, "MaxSessionDuration": 3600}}


def list_attached_role_policies(asked: Asked) -> Wire:
    attached = _attached(_wanted_role(asked).attached)
    page, following = asked.page(attached, "Marker", "MaxItems", 100, 1000)
    return {"AttachedPolicies": page, **_more(following)}


def list_role_policies(asked: Asked) -> Wire:
    page, following = asked.page(list(_wanted_role(asked).inline), "Marker", "MaxItems", 100, 1000)
    return {"PolicyNames": page, **_more(following)}


def get_role_policy(asked: Asked) -> Wire:
    role, name = _wanted_role(asked), asked.text("PolicyName")
    if name not in role.inline:
        raise _nothing("role policy", name)
    return {"RoleName": role.name, "PolicyName": name, "PolicyDocument": _written(role.inline[name])}


def get_policy(asked: Asked) -> Wire:
    return {"Policy": _policy(asked, _wanted_policy(asked))}


def get_policy_version(asked: Asked) -> Wire:
    policy, wanted = _wanted_policy(asked), asked.text("VersionId").removeprefix("v")
    if not wanted.isdigit() or not 1 <= int(wanted) <= len(policy.versions):
        raise _nothing("policy version", wanted)
    return {"PolicyVersion": _version(asked, policy, int(wanted))}


def list_account_aliases(asked: Asked) -> Wire:
    names = [f"larkfield-{account.name}" for account in ACCOUNTS if account.id == asked.account]
    return {"AccountAliases": names, "IsTruncated": False}


_TRACKED = {"s3": "GetObject", "lambda": "ListFunctions", "dynamodb": "GetItem", "iam": "PassRole", "sts": "AssumeRole"}


def _job(arn: str, granularity: str) -> str:
    return uuid("job", arn, granularity)


def generate_service_last_accessed_details(asked: Asked) -> Wire:
    arn = asked.text("Arn")
    if not any(holder.arn == arn for holder in _holders(asked)):
        raise Refused(f"ARN {arn} cannot be found.", code="NoSuchEntity", status=404)
    return {"JobId": _job(arn, asked.text("Granularity") or "SERVICE_LEVEL")}


def get_service_last_accessed_details(asked: Asked) -> Wire:
    wanted = asked.text("JobId")
    for holder in _holders(asked):
        for granularity in ("SERVICE_LEVEL", "ACTION_LEVEL"):
            if _job(holder.arn, granularity) == wanted:
                return _accessed(asked, holder, granularity)
    raise _nothing("job", wanted)


def _accessed(asked: Asked, holder: Role | User | Group, granularity: str) -> Wire:
    """Every service the holder may use; every second one was used lately, if the holder was used at all."""
    services = sorted(_services(asked, holder))
    used = isinstance(holder, Role) and holder.last_used is not None
    listed = []
    for number, name in enumerate(services):
        lately = used and number % 2 == 0
        at = asked.state.time(asked.state.day * 24 - 30)
        entry: Wire = {"ServiceName": name.title(), "ServiceNamespace": name, "TotalAuthenticatedEntities": int(lately)}
        if lately:
            entry |= {"LastAuthenticated": at, "LastAuthenticatedEntity": holder.arn}
            entry["LastAuthenticatedRegion"] = "eu-central-1"
        if granularity == "ACTION_LEVEL" and name in _TRACKED:
            action: Wire = {"ActionName": _TRACKED[name]}
            entry["TrackedActionsLastAccessed"] = [action | ({"LastAccessedTime": at} if lately else {})]
        listed.append(entry)
    page, following = asked.page(listed, "Marker", "MaxItems", 100, 1000)
    done = asked.state.now
    return {
        "JobStatus": "COMPLETED",
        "JobType": granularity,
        "JobCreationDate": done,
        "JobCompletionDate": done,
        "ServicesLastAccessed": page,
        **_more(following),
    }


def _services(asked: Asked, holder: Role | User | Group) -> set[str]:
    managed = [asked.state.policies[arn] for arn in holder.attached if arn in asked.state.policies]
    documents = [*holder.inline.values(), *(policy.versions[policy.default_version - 1] for policy in managed)]
    found: set[str] = set()
    for document in documents:
        statements = document["Statement"]
        for statement in statements if isinstance(statements, list) else [statements]:
            actions = statement.get("Action", [])
            for action in [actions] if isinstance(actions, str) else actions:
                name = action.split(":")[0].lower()
                found |= set(_TRACKED) if name == "*" else {name}
    return found


IAM = AwsService(
    name="iam",
    scope="iam",
    protocol="query",
    namespace="https://iam.amazonaws.com/doc/2010-05-08/",
    everywhere=True,
    operations={
        "GetAccountAuthorizationDetails": get_account_authorization_details,
        "GetRole": get_role,
        "ListAttachedRolePolicies": list_attached_role_policies,
        "ListRolePolicies": list_role_policies,
        "GetRolePolicy": get_role_policy,
        "GetPolicy": get_policy,
        "GetPolicyVersion": get_policy_version,
        "ListAccountAliases": list_account_aliases,
        "GenerateServiceLastAccessedDetails": generate_service_last_accessed_details,
        "GetServiceLastAccessedDetails": get_service_last_accessed_details,
    },
)
