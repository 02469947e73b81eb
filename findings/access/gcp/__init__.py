"""Google Cloud: who may do what, who may call a function, and what an identity amounts to.

Plain values in, plain values out: no database, no cloud. One question:

    from findings.access.gcp import Request, decide, read_policies

    policies = read_policies(allow=[{"on": "projects/p1", "role": "roles/run.invoker", "members": ["allUsers"]}])
    decide(Request("anonymous", "run.routes.invoke", "services/s1", ("projects/p1",)), policies).outcome

`read_policies` takes what the API answers (IAM policies, deny policies, boundaries, roles) or flat bindings; `Request`
says who, which permission, which resource, and everything above it. The answer is a `Decision`: allowed, allowed if
(`unless` holds the open conditions), denied explicitly (a deny policy) or implicitly. Roles that were not read come
from the bundled catalogue; `roles.bundled("roles/run.invoker")` lists one. Who may call, and what an identity is:

    public_access(Endpoint("run", "services/s1", ("projects/p1",), ingress="all"), policies).level
    assess("serviceAccount:robot@p1.iam.gserviceaccount.com", Grants(policies)).level
"""

from findings.access.gcp.decide import decide
from findings.access.gcp.impersonation import Target, reachable
from findings.access.gcp.policies import Policies, Request, read_policies
from findings.access.gcp.privileges import Grants, assess
from findings.access.gcp.public import Endpoint, granted_access, public_access
from findings.access.gcp.trust import Trust

__all__ = [
    "Endpoint",
    "Grants",
    "Policies",
    "Request",
    "Target",
    "Trust",
    "assess",
    "decide",
    "granted_access",
    "public_access",
    "reachable",
    "read_policies",
]
