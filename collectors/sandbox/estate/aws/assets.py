"""What functions lean on: encryption keys, secrets, layers, code signing, log groups."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from collectors.sandbox.estate.aws.accounts import (
    DEV,
    FRANKFURT,
    IRELAND,
    ORGANISATION,
    PAYMENTS,
    SHOP,
    STRANGER,
    VIRGINIA,
)
from collectors.sandbox.estate.aws.function import Statement
from collectors.sandbox.estate.aws.statements import lets
from collectors.sandbox.estate.names import hexadecimal, uuid


@dataclass(frozen=True)
class Key:
    """`refused`: the key exists, and its policy lets nobody of ours describe it."""

    account: str
    region: str
    name: str
    state: str = "Enabled"
    owner: str = "CUSTOMER"
    refused: bool = False
    deletion: float | None = None

    @property
    def id(self) -> str:
        return uuid("key", self.account, self.region, self.name)

    @property
    def arn(self) -> str:
        return f"arn:aws:kms:{self.region}:{self.account}:key/{self.id}"


SHOP_KEY = Key(SHOP, FRANKFURT, "functions")
PAYMENTS_KEY = Key(PAYMENTS, FRANKFURT, "functions")
DYING_KEY = Key(SHOP, FRANKFURT, "invoices", state="PendingDeletion", deletion=24.0 * 20)
DISABLED_KEY = Key(DEV, IRELAND, "old", state="Disabled")
LOCKED_KEY = Key(PAYMENTS, FRANKFURT, "vault", refused=True)
FOREIGN_KEY = Key(STRANGER, VIRGINIA, "foreign")
KEYS = (SHOP_KEY, PAYMENTS_KEY, DYING_KEY, DISABLED_KEY, LOCKED_KEY)


@dataclass(frozen=True)
class Secret:
    """An entry of Secrets Manager; `every_days` is 0 where nobody ever changes it."""

    account: str
    region: str
    name: str
    every_days: int = 0

    @property
    def arn(self) -> str:
        return f"arn:aws:secretsmanager:{self.region}:{self.account}:secret:{self.name}-Ab3dEf"


BROKER_SECRET = Secret(DEV, FRANKFURT, "brokers/clicks")
TURNED_SECRET = Secret(DEV, FRANKFURT, "brokers/ca", every_days=30)
SECRETS = (BROKER_SECRET, TURNED_SECRET)


@dataclass(frozen=True)
class Layer:
    """A layer of ours. `policies` maps a version number to the statements on it."""

    account: str
    region: str
    name: str
    versions: int
    runtimes: tuple[str, ...] = ("python3.12", "python3.13")
    policies: Mapping[int, tuple[Statement, ...]] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:{self.region}:{self.account}:layer:{self.name}"

    def version(self, number: int) -> str:
        return f"{self.arn}:{number}"


_READ = "lambda:GetLayerVersion"
SHOP_LAYER = Layer(
    SHOP,
    FRANKFURT,
    "shop-common",
    12,
    policies={12: (lets("all", "*", _READ, {"StringEquals": {"aws:PrincipalOrgID": ORGANISATION}}),)},
)
PUBLIC_LAYER = Layer(DEV, IRELAND, "pdf-fonts", 3, policies={2: (lets("everyone", "*", _READ),)})
TRACE_LAYER = Layer(SHOP, IRELAND, "tracing", 5, runtimes=("nodejs20.x", "nodejs22.x"))
LENT_LAYER = Layer(PAYMENTS, FRANKFURT, "ledger", 2, policies={1: (lets("lent", STRANGER, _READ),)})
LAYERS = (SHOP_LAYER, PUBLIC_LAYER, TRACE_LAYER, LENT_LAYER)


@dataclass(frozen=True)
class SigningConfig:
    account: str
    region: str
    name: str
    policy: str

    @property
    def id(self) -> str:
        return f"csc-{hexadecimal(17, self.account, self.region, self.name)}"

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:{self.region}:{self.account}:code-signing-config:{self.id}"

    @property
    def publisher(self) -> str:
        return f"arn:aws:signer:{self.region}:{self.account}:/signing-profiles/{self.name}/abcd1234ef"


ENFORCED = SigningConfig(SHOP, FRANKFURT, "release", "Enforce")
WARNED = SigningConfig(PAYMENTS, FRANKFURT, "trial", "Warn")
SIGNING_CONFIGS = (ENFORCED, WARNED)

WITHOUT_LOG_GROUP = frozenset({"silent-batch", "orphan-worker"})
RETENTION_KEPT_OPEN = frozenset({"mailer", "janitor", "webhook-intake", "deploy-bot"})
EXTRA_LOG_GROUPS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (SHOP, VIRGINIA, {"logGroupName": "/larkfield/audit", "retentionInDays": 3653, "kmsKeyId": SHOP_KEY.arn}),
)
