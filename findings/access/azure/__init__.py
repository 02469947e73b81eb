"""Azure: who may do what, who may call a function, and what an identity amounts to.

Plain values in, plain values out: no database, no cloud. One question:

    from findings.access.azure import Request, decide, read_policies

    policies = read_policies(assignments=[{"principal": "u1", "scope": "/subscriptions/s1", "actions": ["*"]}])
    decide(Request("u1", "Microsoft.Web/sites/write", "/subscriptions/s1/resourceGroups/r1"), policies).outcome

`read_policies` takes what Resource Manager answers (role and deny assignments, role definitions) or flat assignments
with the role's actions inside; `Request` says who, which action, where, and whether it is a data action. The answer is
a `Decision`: allowed, allowed if (`unless` holds the open conditions), denied explicitly (a deny assignment) or
implicitly. Roles that were not read come from the bundled catalogue; `roles.bundled(GUID)` gives one,
`actions.includes(permission, action, data)` asks a single permission entry, `scopes.reaches(scope, resource)` a scope.
Who may call, and what an identity is:

    public_access(Trigger("httpTrigger", "anonymous"), Site()).level
    assess(Identity("u1", home="s1"), Grants(policies)).level
"""

from findings.access.azure.decide import decide
from findings.access.azure.easy_auth import EasyAuth, read_easy_auth
from findings.access.azure.network import IpRule, read_ip_rules
from findings.access.azure.policies import Policies, Request, read_policies
from findings.access.azure.privileges import Grants, Identity, assess
from findings.access.azure.public import Site, Trigger, app_access, public_access

__all__ = [
    "EasyAuth",
    "Grants",
    "Identity",
    "IpRule",
    "Policies",
    "Request",
    "Site",
    "Trigger",
    "app_access",
    "assess",
    "decide",
    "public_access",
    "read_easy_auth",
    "read_ip_rules",
    "read_policies",
]
