"""Where a function or identity is found in its cloud's own console; https only, every part quoted."""

from __future__ import annotations

import re
from urllib.parse import quote

from inventory.models import Account, Function, Resource

#: The partition of an ARN → the host of its console.
AWS_HOSTS = {
    "aws": "console.aws.amazon.com", "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}  # fmt: skip
#: What may stand in a host: one label of it, so that no text of a cloud names another.
REGION = re.compile(r"[a-z0-9-]{1,40}")
GOOGLE, AZURE = "https://console.cloud.google.com", "https://portal.azure.com"


def console_address(function: Function) -> str:
    """The console's address of this function; empty for a cloud whose console we do not know."""
    name, region = quote(function.name, safe=""), quote(function.region, safe="")
    match function.provider:
        case Account.Provider.AWS:
            host = _aws_host(function.native_id)
            if not host or not REGION.fullmatch(function.region):
                return ""
            return f"https://{region}.{host}/lambda/home?region={region}#/functions/{name}"
        case Account.Provider.GCP:
            project = quote(function.account.native_id, safe="")
            if "/services/" in function.native_id:
                return f"{GOOGLE}/run/detail/{region}/{name}?project={project}"
            return f"{GOOGLE}/functions/details/{region}/{name}?project={project}"
        case Account.Provider.AZURE:
            return f"{AZURE}/#resource{quote(function.native_id, safe='/')}"
    return ""


def identity_address(identity: Resource) -> str:
    """The console's address of a role, service account or managed identity; empty where there is none."""
    match identity.provider:
        case Account.Provider.AWS:
            host = _aws_host(identity.native_id)
            name = quote(identity.name, safe="")
            return f"https://{host}/iam/home#/roles/details/{name}" if host and ":role/" in identity.native_id else ""
        case Account.Provider.GCP:
            email, project = quote(identity.native_id, safe="@"), quote(identity.account.native_id, safe="")
            return f"{GOOGLE}/iam-admin/serviceaccounts/details/{email}?project={project}"
        case Account.Provider.AZURE:
            resource = str((identity.document.get("config") or {}).get("resource") or "")
            return f"{AZURE}/#resource{quote(resource, safe='/')}" if resource.startswith("/") else ""
    return ""


def _aws_host(arn: str) -> str:
    return AWS_HOSTS.get(arn.split(":")[1], "") if arn.startswith("arn:") else ""
