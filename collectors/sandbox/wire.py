"""What passes between the HTTP server and a cloud of the sandbox."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from collectors.sandbox.estate import EstateDay

RefusalKind = Literal["throttle", "error500", "denied", "expired"]


@dataclass(frozen=True)
class Request:
    """`path` and `query` are as they came, still percent-encoded; names of headers are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    content_type: str
    headers: Mapping[str, str]


class Call(NamedTuple):
    """What a request asked for; empty where it could not be told. `service` is the SDK's name for it."""

    service: str
    operation: str
    region: str
    account: str


class Heard(Protocol):
    """A request a cloud has understood, ready to be answered or refused."""

    @property
    def call(self) -> Call: ...

    def answer(self) -> Answer: ...

    def refusal(self, kind: RefusalKind) -> Answer:
        """The cloud's own way to say this, in the protocol of the request."""
        ...


class Cloud(Protocol):
    def claims(self, request: Request) -> bool:
        """Whether this request is meant for this cloud."""
        ...

    def hear(self, request: Request, today: EstateDay) -> Heard: ...
