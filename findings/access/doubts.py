"""What is odd about a question that is well formed: an action nobody knows, a resource of another kind. Pure.

An answer is given all the same: policies speak of patterns, and the lists of actions that we hold have a date.
"""

from __future__ import annotations

from findings.access.aws import actions as aws
from findings.access.gcp.roles import known_permissions


def doubts_about(provider: str, action: str, resource: str = "") -> list[str]:
    """A sentence for each thing that makes no sense as far as we know; nothing is known of Azure's actions."""
    if provider == "aws":
        return [] if "*" in action else _of_aws(action, resource)
    if provider == "gcp" and action and action not in known_permissions():
        return [f"No role of Google that we know contains “{action}”: it may be misspelt, or newer than our list."]
    return []


def _of_aws(action: str, resource: str) -> list[str]:
    known = aws.find(action)
    if known is None:
        return [
            f"AWS had no action “{action}” when our list was made ({aws.facts_date()[:10]}): the answer is what the "
            "patterns in the policies say of that name."
        ]
    kinds = aws.resource_arns(known)
    if resource and not kinds:
        return [f"{known} works on no resource: only statements on “*” bear on it."]
    asked = resource.split(":")
    services = {arn.split(":")[2] for arn in kinds if arn.count(":") > 2}
    if len(asked) > 2 and asked[2] not in services | {"*", ""} and services:
        return [f"{known} works on resources of {', '.join(sorted(services))}, not of {asked[2]}."]
    return []
