"""JSON over REST, as Google and Azure speak it: routes, pages of lists, answers."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs, unquote

from collectors.sandbox.wire import Answer, Request

T = TypeVar("T")
A = TypeVar("A")
Wire = dict[str, Any]


@dataclass(frozen=True)
class Route(Generic[A]):
    """A path of an API. `{name}` in it stands for one segment, `{name+}` for several.

    `permission` is what a refusal says is missing."""

    method: str
    path: str
    service: str
    operation: str
    answer: Callable[[A], Wire]
    permission: str = ""

    def pattern(self) -> re.Pattern[str]:
        several = re.sub(r"\\{(\w+)\\\+\\}", r"(?P<\1>.+?)", re.escape(self.path))
        return re.compile("^" + re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/:]+)", several) + "/?$")


@dataclass(frozen=True)
class Routes(Generic[A]):
    """Routes by method; the first that fits is taken."""

    routes: Sequence[Route[A]]
    _compiled: list[tuple[Route[A], re.Pattern[str]]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self._compiled.extend((route, route.pattern()) for route in self.routes)

    def find(self, request: Request) -> tuple[Route[A] | None, dict[str, str]]:
        """The route of a request and what its places stand for; None when there is no such path."""
        for route, pattern in self._compiled:
            if route.method == request.method and (match := pattern.search(request.path)):
                return route, {name: unquote(value) for name, value in match.groupdict().items()}
        return None, {}


def queried(request: Request) -> dict[str, list[str]]:
    return parse_qs(request.query, keep_blank_values=True)


def body_of(request: Request) -> Wire:
    """The JSON object in a body; empty when there is none. Raises ValueError for anything else."""
    read = json.loads(request.body) if request.body.strip() else {}
    if not isinstance(read, dict):
        raise ValueError("The body is no object")
    return read


def page(things: Sequence[T], token: str, size: int) -> tuple[list[T], str]:
    """One page, and the token of the next ("" at the end). Raises ValueError for a token that is none of ours."""
    start = _start(token)
    end = start + max(1, size)
    return list(things[start:end]), _token(end) if end < len(things) else ""


def _token(start: int) -> str:
    return urlsafe_b64encode(f"from {start}".encode()).decode().rstrip("=")


def _start(token: str) -> int:
    if not token:
        return 0
    word, _, number = urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode().partition(" ")
    if word != "from":
        raise ValueError("The paging token is not one of ours")
    return int(number)


def answered(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(
        status, json.dumps(body, separators=(",", ":")).encode(), "application/json; charset=UTF-8", headers or {}
    )
