"""Allow policies as the APIs write them: conditions show only to those who ask for version 3.

Source: "Policy versions" of IAM (cloud.google.com/iam/docs/allow-policies): an older version names a conditional role
`…_withcond_` and a hash, and leaves the condition out."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from collectors.sandbox.estate.gcp.access import Bound
from collectors.sandbox.estate.names import hexadecimal

_AUDITED = [{"service": "allServices", "auditLogConfigs": [{"logType": "ADMIN_READ"}]}]


def policy(bindings: Sequence[Bound], version: int, audited: bool = False) -> dict[str, Any]:
    """The policy as asked for in this version; of one without bindings only the etag is said."""
    conditional = any(one.condition for one in bindings)
    told: dict[str, Any] = {"version": 3 if conditional and version >= 3 else 1, "etag": _etag(bindings)}
    if bindings:
        told["bindings"] = [_binding(one, version) for one in bindings]
    return told | ({"auditConfigs": _AUDITED} if audited else {})


def _binding(one: Bound, version: int) -> dict[str, Any]:
    if not one.condition:
        return {"role": one.role, "members": list(one.members)}
    if version < 3:
        role = f"{one.role}_withcond_{hexadecimal(20, one.role, one.condition)}"
        return {"role": role, "members": list(one.members)}
    condition = {"title": one.title or "condition", "expression": one.condition}
    return {"role": one.role, "members": list(one.members), "condition": condition}


def _etag(bindings: Sequence[Bound]) -> str:
    return b64encode(bytes.fromhex(hexadecimal(16, "etag", *map(repr, bindings)))).decode()
