"""Lines about alarms: one that is gone, or tells nobody any more, leaves what goes wrong unseen. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from inventory.semantics.line import Line, Risk
from inventory.semantics.settings import entries, others

Json = Any
Document = Mapping[str, Json]


def alarms(before: Document, after: Document) -> Iterator[Line]:
    """Alarms that came and went, that tell somebody or nobody, and what else is different in those that stayed."""
    left, right = ({str(one.get("id")): one for one in side.get("alarms") or ()} for side in (before, after))
    for key in sorted(left.keys() | right.keys()):
        was, now = left.get(key), right.get(key)
        if was is None or now is None:
            one, verb = (now, "added") if was is None else (was, "removed")
            yield Line(f"{_called(one)} {verb}", risk=_risk(was, now), section="alarms")
        elif bool(was.get("tells")) != bool(now.get("tells")):
            verb = "tells somebody again" if now.get("tells") else "tells nobody any more"
            yield Line(f"{_called(now)} {verb}", risk=_risk(was, now), section="alarms")
        elif was != now:
            yield from entries("alarms", "alarms", [was], [now])
    yield from others("alarms", before, after, told={"alarms"})


def _called(one: Document | None) -> str:
    """An alarm by its name and what it watches."""
    told = one or {}
    return f"Alarm {told.get('name')} on {told.get('metric')}" + (f" of {told['of']}" if told.get("of") else "")


def _risk(was: Document | None, now: Document | None) -> Risk:
    """An alarm that told nobody is no loss, and one that tells nobody no gain."""
    told, tells = bool((was or {}).get("tells")), bool((now or {}).get("tells"))
    return Risk.NONE if told == tells else Risk.DOWN if tells else Risk.UP
