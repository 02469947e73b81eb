"""Web functions and network connectors: the kinds of Lambda that ListFunctions does not list."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from collectors.sandbox.estate.aws.accounts import FRANKFURT, IRELAND, SHOP
from collectors.sandbox.estate.aws.function import Statement
from collectors.sandbox.estate.aws.network import Network
from collectors.sandbox.estate.aws.statements import lets
from collectors.sandbox.estate.names import canary, hexadecimal
from collectors.sandbox.estate.traps import Trap


@dataclass(frozen=True)
class NetworkConnector:
    account: str
    region: str
    name: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...]
    elastic_ip: str = "None"

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:{self.region}:{self.account}:network-connector:{self.id}"

    @property
    def id(self) -> str:
        return f"nc-{hexadecimal(17, self.account, self.region, self.name)}"

    def places(self) -> tuple[list[str], list[str]]:
        network = Network(self.account, self.region)
        return [network.subnet(label) for label in self.subnets], [network.group(label) for label in self.groups]


@dataclass(frozen=True)
class WebFunction:
    """A web function with its endpoint `main`; the newest revision takes `weight` percent, the one before the rest."""

    account: str
    region: str
    name: str
    role: str
    auth: str
    revisions: int = 1
    weight: int = 100
    runtime: str = "nodejs22.x"
    environment: Mapping[str, str] = field(default_factory=dict)
    connector: NetworkConnector | None = None
    rate: int | None = None
    policy: tuple[Statement, ...] = ()

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:{self.region}:{self.account}:web-function/{self.name}"

    @property
    def role_arn(self) -> str:
        return f"arn:aws:iam::{self.account}:role/{self.role}"

    @property
    def domain(self) -> str:
        return f"{hexadecimal(12, self.arn)}.lambda-web.{self.region}.on.aws"

    def revision(self, number: int) -> str:
        return f"rev-{hexadecimal(12, self.arn, number)}"


OPEN_CONNECTOR = NetworkConnector(SHOP, FRANKFURT, "egress", ("nat-a", "nat-b"), ("open",), "ServiceManaged")
CONNECTORS = (OPEN_CONNECTOR, NetworkConnector(SHOP, IRELAND, "private", ("isolated-a",), ("endpoints",)))

WEB_FUNCTIONS = (
    WebFunction(
        SHOP,
        FRANKFURT,
        "product-page",
        "worker-role",
        "ApplicationManaged",
        revisions=3,
        weight=90,
        environment={"CDN": "img.larkfield.example", "PREVIEW_TOKEN": canary("github", "product-page")},
        connector=OPEN_CONNECTOR,
    ),
    WebFunction(
        SHOP,
        IRELAND,
        "staff-dashboard",
        "worker-role",
        "IamAuth",
        rate=50,
        connector=CONNECTORS[1],
        policy=(lets("staff", {"AWS": f"arn:aws:iam::{SHOP}:root"}, "lambda:InvokeWebFunction"),),
    ),
)

TRAPS = (
    Trap(
        "product-page",
        SHOP,
        FRANKFURT,
        "a web function whose endpoint knows no IAM",
        invoke="public_anonymous",
        egress="internet",
        rules=("EXP-10", "NET-05", "LIM-13"),
    ),
    Trap("staff-dashboard", SHOP, IRELAND, "a web function behind IAM", invoke="same_account"),
)
