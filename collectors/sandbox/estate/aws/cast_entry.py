"""Planted functions that differ in what calls them: gateways, load balancers, queues, streams, schedules."""

from collectors.sandbox.estate.aws.accounts import (
    DEV,
    FRANKFURT,
    IRELAND,
    MANAGEMENT,
    PARTNER,
    PAYMENTS,
    POWERTOOLS,
    SHOP,
    STRANGER,
    VIRGINIA,
)
from collectors.sandbox.estate.aws.assets import (
    BROKER_SECRET,
    ENFORCED,
    PAYMENTS_KEY,
    SHOP_KEY,
    SHOP_LAYER,
    TURNED_SECRET,
    WARNED,
)
from collectors.sandbox.estate.aws.function import Alias, EventInvoke, Function, Placement, Source, Version
from collectors.sandbox.estate.aws.identity import BASIC, Role
from collectors.sandbox.estate.aws.statements import document, lets, may, service
from collectors.sandbox.estate.traps import Trap

ROLES = (
    Role(
        SHOP,
        "checkout-role",
        inline={
            "orders": document(
                may(
                    ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
                    f"arn:aws:dynamodb:{FRANKFURT}:{SHOP}:table/orders",
                ),
                may("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{FRANKFURT}:{SHOP}:secret:psp-??????"),
            )
        },
        attached=(BASIC,),
        tags={"owner": "checkout"},
    ),
)

_GATEWAY = f"arn:aws:execute-api:{FRANKFURT}:{SHOP}"
_ISOLATED = ("isolated-a", "isolated-b")
_THREE = tuple(Version(number, -400.0 * (4 - number), number) for number in (1, 2, 3))

FUNCTIONS = (
    Function(
        SHOP,
        FRANKFURT,
        "checkout-api",
        "checkout-role",
        description="Takes an order and its payment",
        memory=512,
        environment={"TABLE": "orders", "LOG_LEVEL": "INFO"},
        key=SHOP_KEY.arn,
        layers=(
            SHOP_LAYER.version(12),
            f"arn:aws:lambda:{FRANKFURT}:{POWERTOOLS}:layer:AWSLambdaPowertoolsPythonV3-python313-arm64:18",
        ),
        placement=Placement(_ISOLATED, ("endpoints",)),
        dead_letter=f"arn:aws:sqs:{FRANKFURT}:{SHOP}:checkout-dead",
        tracing="Active",
        signing_profile=ENFORCED.publisher,
        signing_config=ENFORCED.arn,
        tags={"owner": "checkout", "env": "prod", "data": "restricted", "cost": "4711"},
        modified=-70.0,
        versions=_THREE,
        aliases=(Alias("live", "3", "what customers get", {"2": 0.1}),),
        policies={"live": (service("apigateway", "gateway", f"{_GATEWAY}:a1storefrn/*/POST/checkout"),)},
        reserved=100,
        provisioned={"live": 5},
        event_invoke=EventInvoke(1, 3600, on_failure=f"arn:aws:sqs:{FRANKFURT}:{SHOP}:checkout-dead"),
        runtime_update="FunctionUpdate",
    ),
    Function(
        SHOP,
        FRANKFURT,
        "public-catalog",
        "worker-role",
        runtime="nodejs22.x",
        handler="index.handler",
        policies={"": (service("apigateway", "gateway", f"{_GATEWAY}:a1storefrn/*/*/catalog"),)},
        tags={"owner": "catalog", "env": "prod"},
    ),
    Function(
        SHOP,
        IRELAND,
        "legacy-orders",
        "worker-role",
        runtime="nodejs14.x",
        handler="index.handler",
        policies={"": (service("apigateway", "v1", f"arn:aws:execute-api:{IRELAND}:{SHOP}:r1legacyor/*/GET/orders"),)},
        modified=-16000.0,
    ),
    Function(
        PAYMENTS,
        FRANKFURT,
        "settlement-api",
        "worker-role",
        runtime="java17",
        handler="pay.Settlement::handle",
        snap_start=True,
        placement=Placement(_ISOLATED, ("database",)),
        policies={
            "": (service("apigateway", "v1", f"arn:aws:execute-api:{FRANKFURT}:{PAYMENTS}:r1settleme/*/POST/*"),)
        },
        key=PAYMENTS_KEY.arn,
        environment={"LEDGER": "main"},
        signing_config=WARNED.arn,
        tags={"owner": "payments", "env": "prod"},
    ),
    Function(
        SHOP,
        FRANKFURT,
        "storefront-ssr",
        "worker-role",
        runtime="nodejs20.x",
        handler="server.handler",
        policies={
            "": (
                service(
                    "elasticloadbalancing",
                    "alb",
                    f"arn:aws:elasticloadbalancing:{FRANKFURT}:{SHOP}:targetgroup/storefront/6d0ecf831eec9f09",
                ),
            )
        },
    ),
    Function(
        DEV,
        FRANKFURT,
        "intranet-search",
        "worker-role",
        runtime="python3.11",
        policies={
            "": (
                service(
                    "elasticloadbalancing",
                    "alb",
                    f"arn:aws:elasticloadbalancing:{FRANKFURT}:{DEV}:targetgroup/intranet/50dc6c495c0c9188",
                ),
            )
        },
    ),
    Function(
        DEV,
        FRANKFURT,
        "stream-indexer",
        "worker-role",
        sources=(
            Source(
                f"arn:aws:dynamodb:{FRANKFURT}:{DEV}:table/events/stream/2026-01-15T00:00:00.000",
                settings={"StartingPosition": "LATEST", "BatchSize": 100, "BisectBatchOnFunctionError": True},
            ),
            Source(
                f"arn:aws:kinesis:{FRANKFURT}:{PARTNER}:stream/clicks", settings={"StartingPosition": "TRIM_HORIZON"}
            ),
            Source(f"arn:aws:sqs:{FRANKFURT}:{DEV}:retired", enabled=False),
            Source(
                f"arn:aws:mq:{FRANKFURT}:{DEV}:broker:clicks:b-1d2c3b4a",
                settings={
                    "Queues": ["clicks"],
                    "SourceAccessConfigurations": [
                        {"Type": "BASIC_AUTH", "URI": BROKER_SECRET.arn},
                        {"Type": "SERVER_ROOT_CA_CERTIFICATE", "URI": TURNED_SECRET.arn},
                    ],
                },
            ),
        ),
        event_invoke=EventInvoke(on_success=f"arn:aws:sqs:{FRANKFURT}:{STRANGER}:results"),
        dead_letter=f"arn:aws:sns:{FRANKFURT}:{PARTNER}:dead",
    ),
    Function(
        MANAGEMENT,
        FRANKFURT,
        "billing-digest",
        "worker-role",
        policies={"": (service("events", "monthly", f"arn:aws:events:{FRANKFURT}:{MANAGEMENT}:rule/billing-monthly"),)},
    ),
    Function(
        SHOP,
        VIRGINIA,
        "cognito-greeter",
        "worker-role",
        runtime="nodejs22.x",
        handler="index.handler",
        policies={
            "": (
                service("cognito-idp", "pool", f"arn:aws:cognito-idp:{VIRGINIA}:{SHOP}:userpool/{VIRGINIA}_Lark12345"),
                lets("rotate", {"Service": "secretsmanager.amazonaws.com"}),
            )
        },
    ),
)

TRAPS = (
    Trap(
        "checkout-api",
        SHOP,
        FRANKFURT,
        "tidy: scoped, private, owned; its customers sign in at the API's authorizer",
        invoke="external",
        privilege="write",
        egress="private",
        qualifier="live",
    ),
    Trap("public-catalog", SHOP, FRANKFURT, "a gateway route without sign-in leads here", rules=("EXP-07",)),
    Trap(
        "legacy-orders",
        SHOP,
        IRELAND,
        "a REST method without sign-in, with an API key; dead runtime",
        rules=("EXP-07", "RUN-01"),
    ),
    Trap(
        "settlement-api",
        PAYMENTS,
        FRANKFURT,
        "its gateway without sign-in is private",
        invoke="service_scoped",
        egress="private",
    ),
    Trap("storefront-ssr", SHOP, FRANKFURT, "behind a load balancer on the internet", rules=("EXP-08",)),
    Trap("intranet-search", DEV, FRANKFURT, "behind an internal load balancer", invoke="service_scoped"),
    Trap("stream-indexer", DEV, FRANKFURT, "fed by and answering to other accounts", rules=("TRU-05",)),
)
