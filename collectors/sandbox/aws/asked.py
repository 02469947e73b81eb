"""A question to one AWS service, and how services say what they can answer."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from collectors.sandbox.aws.protocol import Params, Protocol, Refused
from collectors.sandbox.estate.aws.state import AwsState

T = TypeVar("T")


@dataclass(frozen=True)
class Asked:
    """Who asks what, and the estate as it stands. `params` are those of the API, whatever way they came."""

    state: AwsState
    account: str
    region: str
    params: Params

    def text(self, name: str) -> str:
        """A parameter as text, empty when it was not given."""
        value = self.params.get(name, "")
        return value if isinstance(value, str) else str(value)

    def number(self, name: str, default: int) -> int:
        value = self.text(name)
        if not value:
            return default
        if not value.isdigit():
            raise Refused(f"{name} must be a number", "no_parameter")
        return int(value)

    def several(self, name: str) -> list[Any]:
        value = self.params.get(name, [])
        return list(value) if isinstance(value, list | tuple) else [value]

    def page(self, things: Sequence[T], token: str, limit: str, size: int, most: int) -> tuple[list[T], str | None]:
        """One page and the token of the next. `token`, `limit`: names of the parameters; more than `most` is cut."""
        start = _start(self.text(token))
        end = start + max(1, min(self.number(limit, size), most))
        return list(things[start:end]), _token(end) if end < len(things) else None


def _token(start: int) -> str:
    return urlsafe_b64encode(f"from {start}".encode()).decode()


def _start(token: str) -> int:
    if not token:
        return 0
    try:
        word, number = urlsafe_b64decode(token).decode().split(" ")
        if word == "from":
            return int(number)
    except ValueError as fault:
        raise Refused("The paging token is not one of ours", "no_parameter") from fault
    raise Refused("The paging token is not one of ours", "no_parameter")


Operation = Callable[[Asked], Mapping[str, Any]]


@dataclass(frozen=True)
class Route:
    """A path of a REST service; `{Name}` in it is a parameter. `having` names a query parameter it needs."""

    method: str
    path: str
    operation: str
    having: str = ""

    def pattern(self) -> re.Pattern[str]:
        return re.compile("^" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path) + "/?$")


@dataclass(frozen=True)
class AwsService:
    """`scope` is the name in the credential scope of signatures; several services may share one."""

    name: str
    scope: str
    protocol: Protocol
    operations: Mapping[str, Operation]
    routes: tuple[Route, ...] = ()
    namespace: str = ""
    everywhere: bool = False
    """Answers the same in every region, opted in or not."""
