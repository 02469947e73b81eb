"""The AWS access engine: raw policy documents in, decisions with their statements out. No database, no network.

Documents may be mappings, JSON text, percent-encoded JSON text, or a list of statements; what AWS would not accept as a
policy raises MalformedPolicy (a ValueError). All functions are pure; answers are cached by distinct pattern.

    decide(Request(principal, action, resource, context), Policies(identity=…, resource=…, …)) -> Decision
        May this principal do this? Outcome allowed, allowed_if, denied_explicit or denied_implicit, the statements
        that gave it (`because`) and those still open (`unless`). With an empty context every condition key is unknown
        and leaves its statement open; `complete=True` makes keys that are not given absent.
    who_can(details, action, resources, resource_policies=…, organisation=…) -> [Access(principal, resource, decision)]
        Which users and roles may, over the answers of iam:GetAccountAuthorizationDetails.
    public_access(policy, account, own_accounts=…, organisation=…) -> PublicAccess(level, grants)
        How exposed is a resource by its policy, on the ladder of `findings.access.ladder`.
    external_principals(policy, own_accounts, own_organisations=…, own_vpcs=…, own_endpoints=…) -> [ExternalPrincipal]
        Who outside the zone of trust is let in; an empty list when nobody is.
    function_url_access(auth_type, policy) -> FunctionUrlAccess
        Who can call a Lambda function URL, under the older and the newer permission model.
    is_admin(policies) / full_service_access(policies, service) -> bool
    restricts(block, account, allow_cross_account=…) -> bool, and its sisters
        Does one Condition block tie a wildcard principal down?
    loose_trusts(policy, own_accounts) -> [LooseTrust]; trusts(policy, principal) -> Decision
        What is loose in a role's trust policy; whether it trusts somebody.
"""

from findings.access.aws.account import Access, ResourcePolicy, policies_by_principal, scp_levels, who_can
from findings.access.aws.admin import full_service_access, is_admin
from findings.access.aws.decide import Policies, Request, decide
from findings.access.aws.documents import MalformedPolicy, NamedPolicy, PolicyDocument, parse_policy
from findings.access.aws.external import ExternalPrincipal, external_principals
from findings.access.aws.function_url import FunctionUrlAccess, function_url_access
from findings.access.aws.public import PublicAccess, PublicGrant, public_access
from findings.access.aws.restricting import (
    has_public_principal,
    restricts,
    restricts_sns_endpoint,
    restricts_source_arn,
    restricts_to_addresses,
    restricts_to_organisation,
    restricts_to_private_addresses,
)
from findings.access.aws.trust import LooseTrust, TrustFlaw, loose_trusts, trusts, trusts_service
from findings.access.decision import Decision, Effect, Outcome, Reason
from findings.access.ladder import Exposure

__all__ = [
    "Access",
    "Decision",
    "Effect",
    "Exposure",
    "ExternalPrincipal",
    "FunctionUrlAccess",
    "LooseTrust",
    "MalformedPolicy",
    "NamedPolicy",
    "Outcome",
    "Policies",
    "PolicyDocument",
    "PublicAccess",
    "PublicGrant",
    "Reason",
    "Request",
    "ResourcePolicy",
    "TrustFlaw",
    "decide",
    "external_principals",
    "full_service_access",
    "function_url_access",
    "has_public_principal",
    "is_admin",
    "loose_trusts",
    "parse_policy",
    "policies_by_principal",
    "public_access",
    "restricts",
    "restricts_sns_endpoint",
    "restricts_source_arn",
    "restricts_to_addresses",
    "restricts_to_organisation",
    "restricts_to_private_addresses",
    "scp_levels",
    "trusts",
    "trusts_service",
    "who_can",
]
