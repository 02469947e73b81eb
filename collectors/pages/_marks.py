"""The words of states with their colour and icon: account, scope, run and check. A colour never stands alone."""

from typing import NamedTuple


class Mark(NamedTuple):
    """How a state looks: tone of the badge, icon beside the word."""

    tone: str
    icon: str


_OK, _BAD = Mark("ok", "icon:circle-check"), Mark("high", "icon:alert-triangle")
_PARTLY, _WAITING = Mark("medium", "icon:alert-circle"), Mark("info", "icon:clock")
_MARKS = {
    "fresh": _OK,
    "succeeded": _OK,
    "complete": _OK,
    "ok": _OK,
    "stale": Mark("medium", "icon:clock-exclamation"),
    "partial": _PARTLY,
    "throttled": _PARTLY,
    "unsupported": _PARTLY,
    "queued": _WAITING,
    "never": Mark("info", "icon:help-circle"),
    "running": Mark("low", "icon:refresh"),
    "reading": Mark("low", "icon:refresh"),
    "paused": Mark("info", "icon:player-pause"),
    "cancelled": Mark("info", "icon:ban"),
    "not applicable": Mark("info", "icon:minus"),
    "denied": Mark("high", "icon:lock"),
}


def mark_of(state: str) -> Mark:
    """A state we have no word for looks like the fault it most likely is."""
    return _MARKS.get(state, _BAD)
