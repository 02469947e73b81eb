"""The many functions that fill an estate: plausible, mostly ordinary, drawn from the seed."""

from collections.abc import Mapping, Sequence

from collectors.sandbox.estate.aws.accounts import (
    DENIED,
    DEV,
    FRANKFURT,
    IRELAND,
    LAB,
    PAYMENTS,
    SHOP,
    STRANGER,
    SYDNEY,
    VIRGINIA,
)
from collectors.sandbox.estate.aws.function import Alias, Function, Placement, Source, Statement, Url, Version
from collectors.sandbox.estate.aws.identity import BASIC, IN_VPC, Role
from collectors.sandbox.estate.aws.statements import Document, document, lets, may, service, url_open
from collectors.sandbox.estate.dice import Dice
from collectors.sandbox.estate.names import canary

NOUNS = [
    "cart",
    "order",
    "stock",
    "price",
    "coupon",
    "return",
    "review",
    "refund",
    "parcel",
    "invoice",
    "customer",
    "address",
    "catalogue",
    "picture",
    "search",
    "newsletter",
    "supplier",
    "warehouse",
    "shelf",
    "voucher",
    "loyalty",
    "session",
    "payout",
    "dispute",
    "ledger",
    "tax",
    "fraud",
    "consent",
    "audit",
    "report",
]
VERBS = ["sync", "api", "worker", "import", "export", "notifier", "cleanup", "indexer", "check", "archive", "digest"]
TEAMS = ("orders", "catalog", "payments", "crm", "platform", "data")
ACCOUNT_SHARES = (SHOP,) * 9 + (PAYMENTS,) * 4 + (DEV,) * 5 + (LAB,) * 2
REGION_SHARES = (FRANKFURT,) * 8 + (IRELAND,) * 5 + (VIRGINIA,) * 4 + (SYDNEY,) * 3
STAGE = {SHOP: "prod", PAYMENTS: "prod", DEV: "dev", LAB: "lab"}
RUNTIMES = ("python3.13", "python3.12", "python3.11", "nodejs22.x", "nodejs20.x", "java21", "dotnet8", "python3.14")
OLD_RUNTIMES = ("python3.8", "nodejs16.x", "python3.9", "nodejs18.x", "java8.al2", "dotnet6")
PLACEMENTS = (
    Placement(("nat-a", "nat-b"), ("open",)),
    Placement(("nat-a", "nat-b"), ("https",)),
    Placement(("isolated-a", "isolated-b"), ("endpoints",)),
    Placement(("isolated-a",), ("database", "endpoints")),
)


def name_of(number: int) -> str:
    noun, rest = NOUNS[number % len(NOUNS)], number // len(NOUNS)
    verb, turn = VERBS[rest % len(VERBS)], rest // len(VERBS)
    return f"{noun}-{verb}" + (f"-{turn + 1}" if turn else "")


def crowd(dice: Dice, size: int, roles: Sequence[Role]) -> list[Function]:
    """`size` functions; each runs as one of `roles` in its account."""
    by_account: dict[str, list[str]] = {}
    for role in roles:
        by_account.setdefault(role.account, []).append(role.name)
    return [_function(dice, number, by_account) for number in range(size)]


def crowd_roles(dice: Dice, size: int) -> list[Role]:
    """`size` roles, at least two in every account of the crowd."""
    first = [account for account in (SHOP, PAYMENTS, DEV, LAB) for _ in range(2)]
    rest = [dice.pick(ACCOUNT_SHARES, "role", number) for number in range(len(first), size)]
    return [_role(dice, number, account) for number, account in enumerate((*first, *rest))]


def _role(dice: Dice, number: int, account: str) -> Role:
    name = f"{name_of(number)}-role"
    table, bucket = f"arn:aws:dynamodb:*:{account}:table/{NOUNS[number % len(NOUNS)]}", "larkfield-" + name_of(number)
    documents: tuple[Mapping[str, Document], ...] = (
        {},
        {"table": document(may(["dynamodb:GetItem", "dynamodb:Query"], table))},
        {"table": document(may(["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:GetItem"], table))},
        {"bucket": document(may(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{bucket}/*"))},
        {"queue": document(may(["sqs:SendMessage"], f"arn:aws:sqs:*:{account}:*"))},
        {"read": document(may(["s3:Get*", "s3:List*"]))},
        {"secret": document(may("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:*:{account}:secret:app-*"))},
        {"mail": document(may("ses:SendEmail")), "notify": document(may("sns:Publish"))},
    )
    attached: tuple[str, ...] = (dice.pick((BASIC, BASIC, IN_VPC), "attached", number),)
    if dice.chance(0.04, "wide", number):
        attached += (dice.pick(("arn:aws:iam::aws:policy/AmazonS3FullAccess", _DYNAMO), "wide policy", number),)
    return Role(
        account,
        name,
        inline=dice.pick(documents, "document", number),
        attached=attached,
        created=-24.0 * dice.number(30, 1500, "created", number),
        last_used=None
        if dice.chance(0.05, "idle", number)
        else (-float(dice.number(1, 700, "used", number)), FRANKFURT),
    )


_DYNAMO = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess_v2"


def _function(dice: Dice, number: int, roles: Mapping[str, Sequence[str]]) -> Function:
    account = dice.pick(ACCOUNT_SHARES, "account", number)
    region = dice.pick(REGION_SHARES, "region", number)
    if (account, region) in DENIED:
        region = IRELAND
    name = name_of(number)
    old = dice.chance(0.08, "old", number)
    runtime = dice.pick(OLD_RUNTIMES if old else RUNTIMES, "runtime", number)
    modified = -24.0 * dice.number(400 if old else 1, 1400 if old else 420, "modified", number) + 10.5
    count = dice.number(1, 3, "versions", number) if dice.chance(0.25, "published", number) else 0
    versions = tuple(Version(one, modified - 200 * (count - one), one) for one in range(1, count + 1))
    trigger, sources = _trigger(dice, number, account, region, name)
    url = dice.chance(0.03, "url", number)
    if url:
        trigger += url_open({"AWS": f"arn:aws:iam::{account}:root"}, "AWS_IAM")
    return Function(
        account,
        region,
        name,
        dice.pick(roles[account], "which role", number),
        runtime=runtime,
        handler=_handler(runtime),
        memory=dice.pick((128, 256, 512, 1024), "memory", number),
        timeout=dice.pick((10, 30, 60, 300), "timeout", number),
        architecture=dice.pick(("arm64", "x86_64"), "architecture", number),
        environment=_environment(dice, number, name),
        placement=dice.pick(PLACEMENTS, "placement", number) if dice.chance(0.3, "in vpc", number) else None,
        tracing="Active" if dice.chance(0.4, "tracing", number) else "PassThrough",
        tags=_tags(dice, number, account),
        code=max(count, 1),
        modified=modified,
        versions=versions,
        aliases=(Alias("live", str(count)),) if count else (),
        policies={"live" if count else "": trigger} if trigger else {},
        urls=(Url("AWS_IAM", "live" if count else ""),) if url else (),
        reserved=dice.pick((5, 20, 50), "reserved", number) if dice.chance(0.1, "limited", number) else None,
        sources=sources,
    )


def _handler(runtime: str) -> str:
    if runtime.startswith("nodejs"):
        return "index.handler"
    return "larkfield.Function::handle" if runtime.startswith(("java", "dotnet")) else "app.handler"


def _environment(dice: Dice, number: int, name: str) -> dict[str, str]:
    variables = {"LOG_LEVEL": dice.pick(("INFO", "DEBUG"), "level", number), "STAGE": "main"}
    if dice.chance(0.05, "secret", number):
        variables["API_KEY"] = canary("stripe", name)
    return variables if dice.chance(0.8, "variables", number) else {}


def _tags(dice: Dice, number: int, account: str) -> dict[str, str]:
    if dice.chance(0.2, "untagged", number):
        return {}
    return {"env": STAGE[account], "owner": dice.pick(TEAMS, "team", number)}


def _trigger(
    dice: Dice, number: int, account: str, region: str, name: str
) -> tuple[tuple[Statement, ...], tuple[Source, ...]]:
    here = f"{region}:{account}"
    match dice.number(0, 9, "trigger", number):
        case 0 | 1:
            return (), (Source(f"arn:aws:sqs:{here}:{name}", settings={"BatchSize": 10}),)
        case 2 | 3:
            return (service("events", "schedule", f"arn:aws:events:{here}:rule/{name}-schedule"),), ()
        case 4:
            return (service("sns", "topic", f"arn:aws:sns:{here}:{name.split('-')[0]}"),), ()
        case 5:
            scoped = not dice.chance(0.15, "unscoped", number)
            return (
                service("s3", "bucket", f"arn:aws:s3:::larkfield-{name}" if scoped else "", account if scoped else ""),
            ), ()
        case 6:
            stream = f"arn:aws:dynamodb:{here}:table/{name}/stream/2026-02-01T00:00:00.000"
            return (), (Source(stream, settings={"StartingPosition": "LATEST", "BatchSize": 100}),)
        case 7 if dice.chance(0.1, "guest", number):
            return (lets("guest", {"AWS": f"arn:aws:iam::{STRANGER}:root"}),), ()
        case _:
            return (), ()
