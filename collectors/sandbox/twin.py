"""A second organisation: the same estate under other names and numbers, so that there are more accounts to read.

Every name has its stand-in of equal length. A request is turned back into the first organisation's words before its
cloud hears it, and what the cloud says is turned into the second's. Nobody who asks can tell, in whatever encoding.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from collectors.sandbox.estate import EstateDay
from collectors.sandbox.server import Sandbox
from collectors.sandbox.wire import Answer, Call, Cloud, Heard, RefusalKind, Request

#: The organisation's name, and how its numbers begin: AWS accounts, Azure subscriptions, Google's organisation,
#: folders and projects.
NAMES = {
    "larkfield": "larkgarth",
    "Larkfield": "Larkgarth",
    "larkf1d": "larkg1d",
    "2109870000": "3109870000",
    "5a000000-0000-4000": "5b000000-0000-4000",
    "501234567890": "601234567890",
    "61000000000": "62000000000",
    "70000000000": "80000000000",
}


def second(text: str) -> str:
    """The text in the second organisation's words."""
    for ours, theirs in NAMES.items():
        text = text.replace(ours, theirs)
    return text


def first(text: str) -> str:
    """The text in the first organisation's words."""
    for ours, theirs in NAMES.items():
        text = text.replace(theirs, ours)
    return text


def twin_of(sandbox: Sandbox) -> Sandbox:
    """The same estate once more, as the second organisation's."""
    twin = Sandbox(sandbox.estate.size, sandbox.estate.seed, sandbox.estate.base)
    twin.clouds = tuple(_TwinCloud(cloud) for cloud in twin.clouds)
    return twin


def _back(request: Request) -> Request:
    body = first(request.body.decode("latin-1")).encode("latin-1")
    headers = {name: first(value) for name, value in request.headers.items()}
    return replace(request, path=first(request.path), query=first(request.query), headers=headers, body=body)


def _forth(answer: Answer) -> Answer:
    headers: Mapping[str, str] = {name: second(value) for name, value in answer.headers.items()}
    return replace(answer, body=second(answer.body.decode("latin-1")).encode("latin-1"), headers=headers)


@dataclass(frozen=True)
class _TwinHeard:
    heard: Heard

    @property
    def call(self) -> Call:
        return self.heard.call._replace(account=second(self.heard.call.account))

    def answer(self) -> Answer:
        return _forth(self.heard.answer())

    def refusal(self, kind: RefusalKind) -> Answer:
        return _forth(self.heard.refusal(kind))


@dataclass(frozen=True)
class _TwinCloud:
    cloud: Cloud

    def claims(self, request: Request) -> bool:
        return self.cloud.claims(_back(request))

    def hear(self, request: Request, today: EstateDay) -> Heard:
        return _TwinHeard(self.cloud.hear(_back(request), today))
