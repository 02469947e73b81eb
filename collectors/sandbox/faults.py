"""Faults to order: which calls go wrong, how, and how often."""

import re
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal, get_args

from collectors.sandbox.wire import Call, RefusalKind

FaultKind = Literal[RefusalKind, "reset", "hang", "truncate", "html"]
"""throttle, error500, denied, expired: refused in the cloud's own words. reset: the connection breaks. hang: no
answer comes. truncate: the body stops half-way. html: a proxy answers 200 with a page of its own."""
KINDS: tuple[str, ...] = get_args(FaultKind)


@dataclass
class Fault:
    """`left`: how often it still strikes; None is for ever. An empty `region` or `account` is every one."""

    pattern: re.Pattern[str]
    kind: FaultKind
    region: str = ""
    account: str = ""
    left: int | None = None

    def fits(self, call: Call) -> bool:
        return (
            self.left != 0
            and self.region in ("", call.region)
            and self.account in ("", call.account)
            and self.pattern.search(f"{call.service}:{call.operation}") is not None
        )


@dataclass
class Faults:
    ordered: list[Fault] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def order(self, calls: str, kind: FaultKind, region: str = "", account: str = "", times: int | None = None) -> None:
        """`calls` is searched in `service:operation`, as in `lambda:ListFunctions` or `^iam:`."""
        if kind not in KINDS:
            raise ValueError(f"no such fault: {kind}")
        with self._lock:
            self.ordered.append(Fault(re.compile(calls), kind, region, account, times))

    def strike(self, call: Call) -> FaultKind | None:
        """The fault that hits this call, counted."""
        with self._lock:
            fault = next((one for one in self.ordered if one.fits(call)), None)
            if fault is None:
                return None
            if fault.left is not None:
                fault.left -= 1
            return fault.kind

    def clear(self) -> None:
        with self._lock:
            self.ordered.clear()
