"""The functions IAM conditions may call; each gets its values (receiver first) and answers UNKNOWN when it cannot.

Source: cloud.google.com/iam/docs/conditions-attribute-reference and the CEL language definition (dates count from 0,
except getDate).
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class _Unknown:
    """The value of an attribute nobody told us."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()
Attributes = Mapping[str, Any]
Values = list[Any]
OFFSET = re.compile(r"([+-]?)(\d{2}):(\d{2})")
DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(h|ms|us|ns|m|s)")
LATEST = 250_000_000_000  # seconds: the year 9892
PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def _on_text(test: Callable[[str, str], Any]) -> Callable[[Values], Any]:
    def function(values: Values) -> Any:
        if len(values) != 2 or not all(isinstance(value, str) for value in values):
            return UNKNOWN
        return test(values[0], values[1])

    return function


def _extract(text: str, template: str) -> Any:
    """What stands at the template's `{…}`; "" when the text does not have that shape."""
    hole = PLACEHOLDER.search(template)
    if hole is None:
        return UNKNOWN
    before, after = template[: hole.start()], template[hole.end() :]
    start = text.find(before)
    if start < 0:
        return ""
    start += len(before)
    end = text.find(after, start) if after else len(text)
    return text[start:end] if end >= 0 else ""


def _timestamp(values: Values) -> Any:
    value = values[0] if len(values) == 1 else None
    if isinstance(value, datetime):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < LATEST:
        return datetime.fromtimestamp(value, UTC)
    if not isinstance(value, str):
        return UNKNOWN
    try:
        moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value))
    except ValueError:
        return UNKNOWN
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _duration(values: Values) -> Any:
    value = values[0] if len(values) == 1 else None
    if not isinstance(value, str) or not re.fullmatch(f"[+-]?(?:{DURATION.pattern})+", value):
        return UNKNOWN
    unit = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
    try:
        whole = timedelta(seconds=sum(float(amount) * unit[name] for amount, name in DURATION.findall(value)))
    except OverflowError:
        return UNKNOWN
    return -whole if value.startswith("-") else whole


def _zone(name: Any) -> tzinfo | None:
    if not isinstance(name, str):
        return None
    if offset := OFFSET.fullmatch(name):
        shift = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-shift if offset[1] == "-" else shift)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _calendar(part: Callable[[datetime], int]) -> Callable[[Values], Any]:
    def function(values: Values) -> Any:
        zone = _zone(values[1]) if len(values) == 2 else UTC
        if not values or not isinstance(values[0], datetime) or zone is None:
            return UNKNOWN
        return part(values[0].astimezone(zone))

    return function


def _size(values: Values) -> Any:
    return len(values[0]) if len(values) == 1 and isinstance(values[0], str | list) else UNKNOWN


def _tag(tags: Any, key: Any) -> Any:
    """The tag's value, None when it is not there; UNKNOWN when the tags are told in another spelling than the key.

    Keys are namespaced names (`123456/env`, `my-project/env`) or permanent ids (`tagKeys/281…`): a key in the one
    spelling says nothing about tags in the other, nor a project's id about its number.
    """
    if not isinstance(tags, Mapping) or not isinstance(key, str):
        return UNKNOWN
    if key in tags or not tags:
        return tags.get(key)
    owner, _, short = key.partition("/")
    alike = [one for one in tags if (one.partition("/")[0] == "tagKeys") == (owner == "tagKeys")]
    other_name = any(
        one.partition("/")[2] == short and one.partition("/")[0].isdigit() != owner.isdigit() for one in alike
    )
    return None if alike and not other_name else UNKNOWN


def _match_tag(values: Values) -> Any:
    if len(values) != 3 or not isinstance(values[2], str):
        return UNKNOWN
    value = _tag(values[0], values[1])
    return UNKNOWN if value is UNKNOWN else value == values[2]


def _has_tag_key(values: Values) -> Any:
    if len(values) != 2:
        return UNKNOWN
    value = _tag(values[0], values[1])
    return UNKNOWN if value is UNKNOWN else value is not None


def _has_only(values: Values) -> Any:
    """Whether the receiver's elements are all among the argument's (api.getAttribute(…).hasOnly([…]))."""
    if len(values) != 2 or not all(isinstance(value, list) and UNKNOWN not in value for value in values):
        return UNKNOWN
    return all(one in values[1] for one in values[0])


FUNCTIONS: dict[str, Callable[[Values], Any]] = {
    "startsWith": _on_text(str.startswith),
    "endsWith": _on_text(str.endswith),
    "contains": _on_text(lambda text, part: part in text),
    "extract": _on_text(_extract),
    "size": _size,
    "timestamp": _timestamp,
    "date": _timestamp,
    "duration": _duration,
    "matchTag": _match_tag,
    "matchTagId": _match_tag,
    "hasTagKey": _has_tag_key,
    "hasTagKeyId": _has_tag_key,
    "hasOnly": _has_only,
    "getFullYear": _calendar(lambda at: at.year),
    "getMonth": _calendar(lambda at: at.month - 1),
    "getDate": _calendar(lambda at: at.day),
    "getDayOfMonth": _calendar(lambda at: at.day - 1),
    "getDayOfWeek": _calendar(lambda at: at.isoweekday() % 7),
    "getDayOfYear": _calendar(lambda at: at.timetuple().tm_yday - 1),
    "getHours": _calendar(lambda at: at.hour),
    "getMinutes": _calendar(lambda at: at.minute),
    "getSeconds": _calendar(lambda at: at.second),
    "getMilliseconds": _calendar(lambda at: at.microsecond // 1000),
}
