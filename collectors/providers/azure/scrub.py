"""Take secrets out of an answer before anyone sees it: values of settings and keys first, then whatever looks like one.

No call of ours asks for settings or keys; but site configurations carry places for them, function listings may carry
source and test input, and the activity log what was sent.
"""

from __future__ import annotations

import json
import re
from typing import Any

from collectors.hygiene import mask_all, mask_tag, suspicious

Json = Any

#: Keys whose values are dropped wherever they stand in an answer.
_DROPPED = frozenset(
    {
        "appsettings", "connectionstrings", "machinekey", "metadata", "publishingpassword", "publishingusername",
        "runtimeaduserpassword", "accesskey", "test_data", "testdata", "files", "secrets_file_href", "push",
        "handlermappings", "siteproperties", "cloninginfo", "masterkey", "functionkeys", "systemkeys",
        "pfxblob", "cerblob",
    }
)  # fmt: skip
_SECRET_NAME = re.compile(r"(?:password|secret|secretkey|accesskey|primarykey|secondarykey|connectionstring|sastoken)$")
#: What of a request's body in the activity log may be kept: who got which role.
_TELLING = ("PrincipalId", "principalId", "RoleDefinitionId", "roleDefinitionId", "Scope", "scope")
_CLAIMS = {
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn": "upn",
    "http://schemas.microsoft.com/identity/claims/objectidentifier": "object",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name": "name",
    "appid": "application",
    "idtyp": "type",
    "ipaddr": "address",
}


def scrub(route: str, answer: dict[str, Json], text: str) -> dict[str, Json]:
    """The answer without values of settings and keys, and with tokens in its texts masked."""
    if route == "activity log" and isinstance(answer.get("value"), list):
        answer = answer | {"value": [log_event(one) for one in answer["value"]]}
    _drop(answer)
    if suspicious(text):
        masked: dict[str, Json] = mask_all(answer)
        return masked
    return answer


def _drop(answer: Json) -> None:
    """Without recursion, so that no depth of nesting can hurt."""
    waiting = [answer]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            for key in list(value):
                inner, name = value[key], str(key).lower()
                if name in _DROPPED or (isinstance(inner, str) and _SECRET_NAME.search(name)):
                    del value[key]
                elif name == "tags" and isinstance(inner, dict):
                    value[key] = {tag: mask_tag(tag, text) if isinstance(text, str) else text
                                  for tag, text in inner.items()}  # fmt: skip
                elif isinstance(inner, dict | list):
                    waiting.append(inner)
        elif isinstance(value, list):
            waiting += [inner for inner in value if isinstance(inner, dict | list)]


def log_event(event: Json) -> Json:
    """An event of the activity log without what was sent and answered."""
    if not isinstance(event, dict):
        return event
    kept = {key: value for key, value in event.items() if key not in ("properties", "claims", "httpRequest")}
    claims, request = event.get("claims"), event.get("httpRequest")
    if isinstance(claims, dict):
        kept["claims"] = {short: claims[name] for name, short in _CLAIMS.items() if isinstance(claims.get(name), str)}
    if isinstance(request, dict):
        kept["address"] = request.get("clientIpAddress")
    kept["told"] = _told(event.get("properties"))
    return kept


def _told(properties: Json) -> dict[str, str]:
    """Principal, role and scope of a role assignment, from the body of its request."""
    body = properties.get("requestbody") if isinstance(properties, dict) else None
    if not isinstance(body, str) or len(body) > 20_000:
        return {}
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    inner = sent.get("Properties") or sent.get("properties") if isinstance(sent, dict) else None
    if not isinstance(inner, dict):
        return {}
    return {key[0].lower() + key[1:]: inner[key] for key in _TELLING if isinstance(inner.get(key), str)}
