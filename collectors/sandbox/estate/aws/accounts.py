"""The AWS organisation of Larkfield: accounts, units, regions, policies over accounts, and who stands outside."""

from dataclasses import dataclass
from typing import Any

ORGANISATION = "o-larkfield01"
ROOT = "r-lark"
PROD_UNIT, DEV_UNIT, SANDBOX_UNIT = "ou-lark-prod0001", "ou-lark-dev00001", "ou-lark-sandbox1"

MANAGEMENT = "210987000011"
SHOP = "210987000022"
PAYMENTS = "210987000033"
DEV = "210987000055"
LAB = "210987000066"
CLOSED = "210987000077"

VENDOR = "990011223344"  # a monitoring vendor, known and trusted
PARTNER = "880022334455"  # a trading partner
STRANGER = "770033445566"  # nobody knows
POWERTOOLS, INSIGHTS = "017000801446", "580247275435"  # AWS's own publishers of layers

FRANKFURT, IRELAND, VIRGINIA, SYDNEY = "eu-central-1", "eu-west-1", "us-east-1", "ap-southeast-2"
EMPTY_REGION = "us-west-2"
OPTED_OUT = "af-south-1"
REGIONS = (FRANKFURT, IRELAND, VIRGINIA, SYDNEY)
ENABLED_REGIONS = (*REGIONS, EMPTY_REGION)
DENIED = frozenset({(PAYMENTS, SYDNEY)})
"""Account and region where every regional call is refused, on every day."""

READER_ROLE = "FanlightReader"
EXTERNAL_ID = "larkfield-fanlight"


@dataclass(frozen=True)
class Account:
    id: str
    name: str
    unit: str
    state: str = "ACTIVE"

    @property
    def email(self) -> str:
        return f"cloud+{self.name}@larkfield.example"

    @property
    def arn(self) -> str:
        return f"arn:aws:organizations::{MANAGEMENT}:account/{ORGANISATION}/{self.id}"


@dataclass(frozen=True)
class Unit:
    id: str
    name: str
    parent: str

    @property
    def arn(self) -> str:
        return f"arn:aws:organizations::{MANAGEMENT}:ou/{ORGANISATION}/{self.id}"


ACCOUNTS = (
    Account(MANAGEMENT, "larkfield-root", ROOT),
    Account(SHOP, "shop-prod", PROD_UNIT),
    Account(PAYMENTS, "payments-prod", PROD_UNIT),
    Account(DEV, "shop-dev", DEV_UNIT),
    Account(LAB, "lab", SANDBOX_UNIT),
    Account(CLOSED, "old-acquisition", SANDBOX_UNIT, state="SUSPENDED"),
)
ACTIVE = tuple(account.id for account in ACCOUNTS if account.state == "ACTIVE")
UNITS = (Unit(PROD_UNIT, "prod", ROOT), Unit(DEV_UNIT, "dev", ROOT), Unit(SANDBOX_UNIT, "sandbox", ROOT))


@dataclass(frozen=True)
class OrganisationPolicy:
    """A service or resource control policy and the root, units and accounts it hangs on."""

    id: str
    name: str
    kind: str
    description: str
    targets: tuple[str, ...]
    content: dict[str, Any]
    aws_managed: bool = False

    @property
    def arn(self) -> str:
        owner = "aws" if self.aws_managed else MANAGEMENT
        where = "" if self.aws_managed else f"/{ORGANISATION}"
        return f"arn:aws:organizations::{owner}:policy{where}/{self.kind.lower()}/{self.id}"


def _document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


_EVERYWHERE = (ROOT, *(unit.id for unit in UNITS), *(account.id for account in ACCOUNTS))
_SERVICE, _RESOURCE = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"

ORGANISATION_POLICIES = (
    OrganisationPolicy(
        id="p-FullAWSAccess",
        name="FullAWSAccess",
        kind=_SERVICE,
        description="Allows access to every operation",
        targets=_EVERYWHERE,
        content=_document({"Effect": "Allow", "Action": "*", "Resource": "*"}),
        aws_managed=True,
    ),
    OrganisationPolicy(
        id="p-guard0001",
        name="guardrails",
        kind=_SERVICE,
        description="Nobody leaves, nobody stops the trail",
        targets=(ROOT,),
        content=_document(
            {
                "Sid": "KeepTheTrail",
                "Effect": "Deny",
                "Action": ["organizations:LeaveOrganization", "cloudtrail:StopLogging", "cloudtrail:DeleteTrail"],
                "Resource": "*",
            }
        ),
    ),
    OrganisationPolicy(
        id="p-prodlog01",
        name="protect-logs",
        kind=_SERVICE,
        description="Production logs are kept",
        targets=(PROD_UNIT,),
        content=_document(
            {
                "Effect": "Deny",
                "Action": ["logs:DeleteLogGroup", "logs:DeleteLogStream"],
                "Resource": "*",
                "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/log-keeper"}},
            }
        ),
    ),
    OrganisationPolicy(
        id="p-devregion",
        name="dev-regions",
        kind=_SERVICE,
        description="Development stays in its regions",
        targets=(DEV_UNIT,),
        content=_document(
            {
                "Effect": "Deny",
                "NotAction": ["iam:*", "organizations:*", "sts:*", "support:*"],
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:RequestedRegion": list(ENABLED_REGIONS)}},
            }
        ),
    ),
    OrganisationPolicy(
        id="p-labfence1",
        name="lab-fence",
        kind=_SERVICE,
        description="The lab changes no identities and reads no secrets",
        targets=(SANDBOX_UNIT,),
        content=_document(
            {
                "Effect": "Deny",
                "Action": ["iam:*", "organizations:*", "secretsmanager:*", "kms:*", "sts:AssumeRole"],
                "Resource": "*",
                "Condition": {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::*:role/{READER_ROLE}"}},
            }
        ),
    ),
    OrganisationPolicy(
        id="p-RCPFullAWSAccess",
        name="RCPFullAWSAccess",
        kind=_RESOURCE,
        description="Allows access to every resource",
        targets=_EVERYWHERE,
        content=_document({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}),
        aws_managed=True,
    ),
    OrganisationPolicy(
        id="p-perimeter",
        name="data-perimeter",
        kind=_RESOURCE,
        description="Production data is for the organisation",
        targets=(PROD_UNIT,),
        content=_document(
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["s3:*", "sqs:*", "kms:*", "secretsmanager:*"],
                "Resource": "*",
                "Condition": {
                    "StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORGANISATION},
                    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                },
            }
        ),
    ),
)
