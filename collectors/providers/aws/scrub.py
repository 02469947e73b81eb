"""Take secrets out of an answer before anyone sees it: environment values first, then whatever looks like a secret."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from collectors.hygiene import mask_all, mask_tag, suspicious, variable
from collectors.providers.aws.wire import Call

Json = Any

_WITH_ENVIRONMENT = frozenset({"ListFunctions", "ListVersionsByFunction", "GetFunctionConfiguration"})
_POLICY_DOCUMENTS = frozenset({"AssumeRolePolicyDocument", "PolicyDocument", "Document"})


def scrub(call: Call, answer: dict[str, Json], text: str, key: str) -> dict[str, Json]:
    """The answer without environment values, and with tokens in its texts masked.

    IAM's policy documents are decoded on the way, because tokens in percent-encoding would not be recognized.
    """
    if call.operation in _WITH_ENVIRONMENT:
        for configuration in _configurations(answer):
            _drop_values(configuration.get("Environment"), "Variables", key)
    elif call.operation == "GetWebFunctionRevision":
        _drop_values(answer.get("serviceConfig"), "environmentVariables", key)
    elif call.service == "iam":
        _decode(answer)
    if call.service == "resourcegroupstaggingapi":
        _mask_tags(answer)
    if call.service == "sts" or not suspicious(unquote(text) if call.service == "iam" else text):
        return answer
    masked: dict[str, Json] = mask_all(answer)
    return masked


def _configurations(answer: dict[str, Json]) -> Iterator[dict[str, Json]]:
    for found in (answer.get("Functions"), answer.get("Versions"), [answer]):
        yield from (entry for entry in found or () if isinstance(entry, dict)) if isinstance(found, list) else ()


def _drop_values(holder: Json, name: str, key: str) -> None:
    """Put what may be kept of each variable in the place of the values; whatever is no mapping is dropped whole."""
    if not isinstance(holder, dict) or name not in holder:
        return
    values = holder[name]
    if isinstance(values, dict):
        holder[name] = [variable(str(each), _text(value), key) for each, value in values.items()]
    else:
        holder[name] = None


def _text(value: Json) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _decode(value: Json) -> None:
    for entry in value if isinstance(value, list) else [value]:
        for name, inner in entry.items() if isinstance(entry, dict) else ():
            if name in _POLICY_DOCUMENTS and isinstance(inner, str) and inner.startswith("%7B"):
                entry[name] = unquote(inner)
            elif isinstance(inner, dict | list):
                _decode(inner)


def _mask_tags(answer: dict[str, Json]) -> None:
    """Tags whose key alone tells that the value is a secret."""
    for entry in answer.get("ResourceTagMappingList") or ():
        for tag in (entry.get("Tags") if isinstance(entry, dict) else None) or ():
            if isinstance(tag, dict) and isinstance(tag.get("Value"), str):
                tag["Value"] = mask_tag(str(tag.get("Key")), tag["Value"])
