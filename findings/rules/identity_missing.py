"""The identity that the function runs as was deleted or is switched off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from findings.access.gcp.principals import project_of
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._powers import called, without_identity
from findings.rules._worlds import CLOUDS, NARROW, each
from findings.seen import Seen, SeenIdentity
from findings.severity import Severity

#: The list whose complete reading tells that an identity is not there, by cloud.
_LISTINGS = {"aws": "roles", "gcp": "service accounts", "azure": "identities"}
_ROLE = re.compile(r"arn:aws[\w-]*:iam::(\d{12}):role/")


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for identity in seen.identities:
        if identity.gone:
            yield _fault(identity, "was deleted")
        elif identity.known and identity.section("config").get("disabled"):
            yield _fault(identity, "is disabled")
        elif not identity.known and _should_be_listed(seen, identity):
            yield _fault(
                identity, "does not exist: all identities of the account were listed, and it is not among them"
            )
        elif not identity.known:
            yield Unsure(f"{identity.native_id} was never read, so whether it exists is not known")


def _fault(identity: SeenIdentity, what: str) -> Evidence:
    return Evidence(f"{called(identity)}, which it runs as, {what}", about=identity.native_id)


def _should_be_listed(seen: Seen, identity: SeenIdentity) -> bool:
    """Whether it belongs to this account, whose identities were all listed last time."""
    if seen.listings.get(_LISTINGS[seen.provider]) != "complete":
        return False
    if seen.provider == "aws":
        role = _ROLE.match(identity.native_id)
        return role is not None and role.group(1) == seen.account
    if seen.provider == "gcp":
        number = str(seen.of_account("config").get("number", ""))
        return project_of(identity.native_id) in (seen.account, number or seen.account)
    return f"/subscriptions/{seen.account}/".lower() in _resource(seen, identity.native_id).lower() + "/"


def _resource(seen: Seen, principal: str) -> str:
    """The resource id that the app gives for one of its managed identities; its own is at home in its subscription."""
    named = seen.section("identity").get("identities") or ()
    resources = (one.get("resource") for one in named if one.get("id") == principal)
    return str(next(resources, "") or seen.native_id)


def _gone(seen: Seen) -> Seen:
    return replace(seen, identities=tuple(replace(one, gone=True) for one in seen.identities))


_CHECK = Check(look, needs=("identity",), applies=without_identity)

RULE = Rule(
    id="identity_missing",
    title="The function's identity does not exist any more",
    severity=Severity.MEDIUM,
    subject=Subject.PRIVILEGE,
    why="The function fails, or will, and whoever makes an identity of that name again decides what it may do.",
    checks=dict.fromkeys(CLOUDS, _CHECK),
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, Permissions, Edit: choose a role that exists; or delete "
            "the function if nobody misses it.",
            cli="aws lambda update-function-configuration --function-name NAME --role ROLE_ARN",
            terraform="aws_lambda_function: role = aws_iam_role.NAME.arn.",
        ),
        "gcp": Fix(
            console="IAM, Service accounts: enable the account; within 30 days a deleted one can be brought back. Or "
            "give the function another runtime service account.",
            cli="gcloud iam service-accounts enable EMAIL",
            terraform="google_service_account: disabled = false.",
        ),
        "azure": Fix(
            console="Function App, Identity: remove the user-assigned identity that is gone and add one that exists.",
            cli="az functionapp identity remove --resource-group GROUP --name APP --identities IDENTITY_ID",
            terraform="azurerm_linux_function_app: identity { identity_ids = [...] }.",
        ),
    },
    fails=tuple(map(_gone, each(NARROW))),
    passes=each(NARROW),
    catalogue=("PRV-09",),
    standards=("cis-aws-compute:4.7",),
)
