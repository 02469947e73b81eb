"""A Lambda function of the estate, as its owners set it up. Times are hours since the estate's base."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Statement = Mapping[str, Any]
"""One statement of a policy. In a function's policy, `Resource` may be left out: it is the function itself."""


@dataclass(frozen=True)
class Placement:
    """Where in a VPC a function stands; labels of `network.py`."""

    subnets: tuple[str, ...]
    groups: tuple[str, ...]
    dual_stack: bool = False


@dataclass(frozen=True)
class Version:
    """A published version: what the function was when it was published."""

    number: int
    modified: float
    code: int
    runtime: str | None = None
    role: str | None = None


@dataclass(frozen=True)
class Alias:
    name: str
    version: str
    description: str = ""
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Url:
    auth: str
    qualifier: str = ""
    cors: Mapping[str, Any] | None = None
    mode: str = "BUFFERED"
    created: float = -900.0


@dataclass(frozen=True)
class EventInvoke:
    """How asynchronous calls are retried, and where they go in the end."""

    retries: int = 2
    age: int = 21600
    on_success: str | None = None
    on_failure: str | None = None


@dataclass(frozen=True)
class Source:
    """A queue, stream or topic that is polled for this function."""

    arn: str
    enabled: bool = True
    qualifier: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Function:
    account: str
    region: str
    name: str
    role: str
    runtime: str | None = "python3.13"
    handler: str = "app.handler"
    description: str = ""
    memory: int = 256
    timeout: int = 30
    image: str | None = None
    architecture: str = "arm64"
    environment: Mapping[str, str] = field(default_factory=dict)
    environment_unreadable: bool = False
    key: str | None = None
    layers: tuple[str, ...] = ()
    placement: Placement | None = None
    dead_letter: str | None = None
    tracing: str = "PassThrough"
    storage: int = 512
    snap_start: bool = False
    log_group: str | None = None
    file_system: str | None = None
    signing_profile: str | None = None
    signing_config: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    code: int = 1
    settings: int = 1
    modified: float = -1000.0
    versions: tuple[Version, ...] = ()
    aliases: tuple[Alias, ...] = ()
    policies: Mapping[str, tuple[Statement, ...]] = field(default_factory=dict)
    policy_revision: int = 1
    urls: tuple[Url, ...] = ()
    reserved: int | None = None
    provisioned: Mapping[str, int] = field(default_factory=dict)
    event_invoke: EventInvoke | None = None
    runtime_update: str = "Auto"
    recursion: str = "Terminate"
    scaling: tuple[int, int] | None = None
    failed: tuple[str, str] | None = None
    update_failed: tuple[str, str] | None = None
    sources: tuple[Source, ...] = ()
    edge: bool = False

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.name}"

    @property
    def role_arn(self) -> str:
        return self.role if self.role.startswith("arn:") else f"arn:aws:iam::{self.account}:role/{self.role}"

    def qualified(self, qualifier: str) -> str:
        return f"{self.arn}:{qualifier}" if qualifier else self.arn
