"""A Google function of the estate, as its owners set it up. Times are hours since the estate's base."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from collectors.sandbox.estate.gcp.access import Bound
from collectors.sandbox.estate.gcp.organisation import BY_NAME, account
from collectors.sandbox.estate.names import hexadecimal

Generation = Literal["gen1", "gen2", "run"]
Ingress = Literal["all", "internal", "balanced"]


@dataclass(frozen=True)
class Trigger:
    """What starts a function instead of a call: the event's type, and the topic or bucket it comes from."""

    event: str
    source: str
    retry: bool = False


@dataclass(frozen=True)
class Secret:
    """A secret a function is given, as a variable or (with `path`) as a file."""

    name: str
    variable: str = ""
    path: str = ""
    version: str = "latest"
    project: str = ""


@dataclass(frozen=True)
class Function:
    """`runs_as` is a service account's name, e-mail, or "" for the default one of its generation.

    `invokers` are bindings where calls are decided: on the function (gen1) or its Cloud Run service (gen2, run);
    `bindings` those on a gen2 function itself. `network` (with `subnet`) is direct VPC; `connector` is a name."""

    project: str
    location: str
    name: str
    generation: Generation = "gen2"
    runtime: str = "python313"
    entry: str = "main"
    runs_as: str = ""
    ingress: Ingress = "all"
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[Secret, ...] = ()
    memory: int = 256
    timeout: int = 60
    instances: int = 100
    concurrency: int = 1
    connector: str = ""
    network: str = ""
    subnet: str = ""
    all_traffic: bool = False
    key: str = ""
    trigger: Trigger | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    invokers: tuple[Bound, ...] = ()
    bindings: tuple[Bound, ...] = ()
    invoker_check_off: bool = False
    iap: bool = False
    default_address_off: bool = False
    insecure: bool = False
    detached: bool = False
    failed: str = ""
    tagged: str = ""
    description: str = ""
    created: float = -9000.0
    modified: float = -1000.0
    code: int = 1
    settings: int = 1
    policy: int = 1

    @property
    def resource(self) -> str:
        """Its name in the Functions API, or in Cloud Run when that is all there is."""
        return self.service if self.generation == "run" else f"{self.place}/functions/{self.name}"

    @property
    def place(self) -> str:
        return f"projects/{self.project}/locations/{self.location}"

    @property
    def service(self) -> str:
        return f"{self.place}/services/{self.name.replace('_', '-').lower()}"

    @property
    def email(self) -> str:
        """The service account it runs as."""
        project = BY_NAME[self.project]
        if not self.runs_as:
            return project.app_account if self.generation == "gen1" else project.compute_account
        return self.runs_as if "@" in self.runs_as else account(self.runs_as, self.project)

    @property
    def address(self) -> str:
        """The run.app address of its service, or the cloudfunctions.net one of a 1st generation function."""
        if self.generation == "gen1":
            return f"https://{self.location}-{self.project}.cloudfunctions.net/{self.name}"
        short = hexadecimal(10, self.project)
        return f"https://{self.service.rsplit('/', 1)[-1]}-{short}-{SHORT[self.location]}.a.run.app"

    @property
    def revision(self) -> str:
        return f"{self.service.rsplit('/', 1)[-1]}-{self.settings:05d}-{hexadecimal(3, self.resource, self.settings)}"


SHORT = {"europe-west1": "ew", "europe-west3": "ey", "us-central1": "uc", "asia-east1": "de"}
