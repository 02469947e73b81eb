"""Take secrets out of an answer before anyone sees it: environment values first, then whatever looks like a secret."""

from __future__ import annotations

from typing import Any

from collectors.hygiene import mask_all, mask_tag, suspicious, variable

Json = Any

#: Mappings of names to values in functions (v1, v2) and in the build of a Cloud Run service.
_VALUES = frozenset({"environmentVariables", "buildEnvironmentVariables"})
#: Signed addresses for uploading source; what a log entry says was sent or answered; what a scheduled call carries.
_DROPPED = frozenset({"sourceUploadUrl", "request", "response", "headers", "httpHeaders", "body"})


_DEEPEST = 60


def scrub(answer: dict[str, Json], text: str, key: str) -> dict[str, Json]:
    """The answer without environment values, and with tokens in its texts masked. `key` is that of the fingerprints."""
    if "nvironmentVariables" in text or '"env"' in text or any(f'"{name}"' in text for name in _DROPPED):
        answer = _dropped(answer, key, _DEEPEST)
    if '"labels"' in text:
        _mask_labels(answer)
    if not suspicious(text):
        return answer
    masked: dict[str, Json] = mask_all(answer)
    return masked


def _dropped(value: Json, key: str, depth: int) -> Json:
    """Put what may be kept of each variable in the place of the values; whatever has another shape is dropped whole.

    So is what is nested deeper than any answer is.
    """
    if isinstance(value, list):
        return [_dropped(entry, key, depth - 1) for entry in value] if depth else None
    if not isinstance(value, dict):
        return value
    return {
        name: _variables(inner, key) if name in _VALUES
        else _container_variables(inner, key) if name == "env"
        else _dropped(inner, key, depth - 1)
        for name, inner in value.items()
        if name not in _DROPPED
    } if depth else None  # fmt: skip


def _container_variables(values: Json, key: str) -> Json:
    return [_container_variable(entry, key) for entry in values] if isinstance(values, list) else None


def _variables(values: Json, key: str) -> Json:
    if not isinstance(values, dict):
        return None
    return [variable(str(name), _text(value), key) for name, value in values.items()]


def _container_variable(entry: Json, key: str) -> Json:
    """A container's variable: {name, value}, or {name, valueSource: {secretKeyRef}}, which has no value."""
    if not isinstance(entry, dict):
        return None
    source = entry.get("valueSource") or entry.get("valueFrom")
    if isinstance(source, dict):
        return {"name": _text(entry.get("name")), "source": source}
    return variable(_text(entry.get("name")), _text(entry.get("value")), key)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _mask_labels(value: Json) -> None:
    """Labels whose key alone tells that the value is a secret."""
    for entry in value if isinstance(value, list) else [value]:
        if not isinstance(entry, dict):
            continue
        for name, inner in entry.items():
            if name == "labels" and isinstance(inner, dict):
                entry[name] = {
                    key: mask_tag(key, said) if isinstance(said, str) else said for key, said in inner.items()
                }
            elif isinstance(inner, dict | list):
                _mask_labels(inner)
