"""A function app (or web app) of the estate, as its owners set it up. Times are hours since the estate's base."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from collectors.sandbox.estate.azure.tenant import WEST
from collectors.sandbox.estate.names import hexadecimal, uuid

Plan = Literal["consumption", "flex", "premium", "dedicated", "workflow"]
Listing = Literal["listed", "missing", "broken"]
Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Inside:
    """A function inside an app; `trigger` is its trigger binding without the name, as Azure writes it."""

    name: str
    trigger: Settings
    route: str = ""
    disabled: bool = False
    bindings: tuple[Settings, ...] = ()


def http(name: str, level: str = "", route: str = "", *methods: str) -> Inside:
    """A function that is called over HTTP; without a level it says none, and so asks for a key."""
    said: dict[str, Any] = {"type": "httpTrigger", "direction": "in", "methods": list(methods) or ["get", "post"]}
    return Inside(name, said | ({"authLevel": level} if level else {}), route)


def timer(name: str, schedule: str = "0 0 3 * * *") -> Inside:
    return Inside(name, {"type": "timerTrigger", "direction": "in", "schedule": schedule})


def queue(name: str, source: str) -> Inside:
    trigger = {"type": "queueTrigger", "direction": "in", "queueName": source, "connection": "AzureWebJobsStorage"}
    return Inside(name, trigger)


@dataclass(frozen=True)
class Reference:
    """An app setting that points to a secret in a key vault, and whether the platform could resolve it."""

    setting: str
    vault: str
    secret: str
    status: str = "Resolved"


@dataclass(frozen=True)
class OwnName:
    """A host name of the owner's own, with its certificate. `ends` is in hours from the estate's base; `renewed_by` is
    "" for an uploaded certificate, "app service" for a managed one, else the vault it is taken from."""

    host: str
    ends: float
    renewed_by: str = ""

    @property
    def thumbprint(self) -> str:
        return hexadecimal(40, "thumbprint", self.host).upper()


@dataclass(frozen=True)
class App:
    """`slot` names a deployment slot; `users` are names of user-assigned identities of the same subscription.

    `web` and `properties` change what config/web and the site say by default; `signs_in` is globalValidation and
    identityProviders of authsettingsV2, None while sign-in is off; `subnet` is network/subnet of `network.py`."""

    subscription: str
    name: str
    slot: str = ""
    location: str = WEST
    group: str = "rg-shop"
    kind: str = "functionapp,linux"
    plan: Plan = "consumption"
    runtime: str = "Python|3.12"
    inside: tuple[Inside, ...] = ()
    listing: Listing = "listed"
    system: bool = False
    users: tuple[str, ...] = ()
    signs_in: Settings | None = None
    web: Settings = field(default_factory=dict)
    properties: Settings = field(default_factory=dict)
    private_endpoint: bool = False
    password_deploy: bool = False
    references: tuple[Reference, ...] = ()
    secret: str = ""
    """A value of an app setting that only a call that lists secrets would tell."""
    subnet: str = ""
    storage: str = ""
    logs: bool = False
    own_names: tuple[OwnName, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    state: str = "Running"
    modified: float = -1000.0
    code: int = 1

    @property
    def key(self) -> tuple[str, str, str]:
        return self.subscription, self.name, self.slot

    @property
    def app_id(self) -> str:
        """The resource id of the app itself, also for a slot."""
        group = f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"
        return f"{group}/providers/Microsoft.Web/sites/{self.name}"

    @property
    def id(self) -> str:
        return f"{self.app_id}/slots/{self.slot}" if self.slot else self.app_id

    @property
    def full_name(self) -> str:
        return f"{self.name}/{self.slot}" if self.slot else self.name

    @property
    def host(self) -> str:
        return f"{self.name}{'-' + self.slot if self.slot else ''}.azurewebsites.net"

    @property
    def principal(self) -> str:
        """The object id of its system-assigned identity."""
        return uuid("azure", "system", self.subscription, self.name, self.slot)

    @property
    def is_function_app(self) -> bool:
        return "functionapp" in self.kind and "workflowapp" not in self.kind
