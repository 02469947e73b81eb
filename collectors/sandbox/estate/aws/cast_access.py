"""Planted functions that differ in who may call them or deploy them."""

from collectors.sandbox.estate.aws.accounts import (
    DEV,
    FRANKFURT,
    IRELAND,
    LAB,
    ORGANISATION,
    PARTNER,
    PAYMENTS,
    SHOP,
    STRANGER,
    SYDNEY,
    VIRGINIA,
)
from collectors.sandbox.estate.aws.function import Alias, Function, Url, Version
from collectors.sandbox.estate.aws.identity import BASIC, Role
from collectors.sandbox.estate.aws.statements import (
    INVOKE,
    INVOKE_URL,
    document,
    lets,
    may,
    service,
    url_open,
    url_open_old,
)
from collectors.sandbox.estate.traps import Trap

ROLES = (
    Role(SHOP, "web-role", attached=(BASIC,), description="Shared by small public endpoints"),
    Role(DEV, "web-role", attached=(BASIC,)),
    Role(LAB, "web-role", attached=(BASIC,)),
    Role(
        PAYMENTS,
        "rates-role",
        inline={"rates": document(may("dynamodb:GetItem", f"arn:aws:dynamodb:*:{PAYMENTS}:table/rates"))},
        attached=(BASIC,),
    ),
    Role(
        SHOP,
        "thumbnails-role",
        inline={
            "pictures": document(
                may("s3:GetObject", "arn:aws:s3:::larkfield-uploads/*"),
                may("s3:PutObject", "arn:aws:s3:::larkfield-thumbs/*"),
            )
        },
        attached=(BASIC,),
    ),
)

_LIVE = (Alias("live", "3"),)
_THREE = tuple(Version(number, -1000.0 - 300 * (3 - number), number) for number in (1, 2, 3))

FUNCTIONS = (
    Function(
        SHOP,
        IRELAND,
        "thumbnails",
        "thumbnails-role",
        memory=1024,
        tags={"owner": "media", "env": "prod"},
        policies={"": (service("s3", "uploads", "arn:aws:s3:::larkfield-uploads", SHOP),)},
    ),
    Function(
        SHOP,
        VIRGINIA,
        "webhook-intake",
        "web-role",
        urls=(Url("NONE", cors={"AllowOrigins": ["*"], "AllowMethods": ["POST"], "AllowCredentials": True}),),
        policies={"": url_open()},
        tags={"owner": "integrations", "env": "prod"},
    ),
    Function(
        SHOP,
        VIRGINIA,
        "status-page",
        "web-role",
        urls=(Url("NONE", created=-9000.0),),
        policies={"": (url_open_old(),)},
    ),
    Function(DEV, IRELAND, "beta-signup", "web-role", urls=(Url("NONE"),), tags={"env": "dev"}),
    Function(
        SHOP,
        IRELAND,
        "partner-feed",
        "web-role",
        urls=(Url("AWS_IAM", cors={"AllowOrigins": ["*"]}),),
        policies={"": url_open({"AWS": f"arn:aws:iam::{PARTNER}:root"}, "AWS_IAM")},
        tags={"owner": "b2b", "env": "prod"},
    ),
    Function(DEV, FRANKFURT, "report-render", "web-role", policies={"": (lets("anyone", "*"),)}, tags={"env": "dev"}),
    Function(
        PAYMENTS,
        FRANKFURT,
        "price-lookup",
        "rates-role",
        policies={"": (lets("larkfield", "*", INVOKE, {"StringEquals": {"aws:PrincipalOrgID": ORGANISATION}}),)},
        tags={"owner": "payments", "env": "prod", "data": "internal"},
    ),
    Function(
        PAYMENTS,
        FRANKFURT,
        "fx-rates",
        "rates-role",
        versions=_THREE,
        aliases=_LIVE,
        policies={"live": (lets("everyone", {"AWS": "*"}),)},
        tags={"owner": "payments", "env": "prod"},
    ),
    Function(
        SHOP,
        IRELAND,
        "image-resize-legacy",
        "thumbnails-role",
        runtime="python3.12",
        versions=(
            Version(1, -30000.0, 1, runtime="python2.7"),
            Version(2, -24000.0, 2, runtime="python3.7"),
            Version(3, -1100.0, 3),
        ),
        aliases=(Alias("stable", "2"),),
        policies={"2": (lets("partner", {"AWS": PARTNER}),)},
    ),
    Function(SHOP, FRANKFURT, "inbox-scan", "thumbnails-role", policies={"": (service("s3", "mail"),)}),
    Function(
        SHOP,
        FRANKFURT,
        "order-events",
        "web-role",
        policies={"": (service("sns", "orders", f"arn:aws:sns:{FRANKFURT}:{SHOP}:orders"),)},
        tags={"owner": "orders", "env": "prod"},
    ),
    Function(
        DEV,
        IRELAND,
        "topic-fanout",
        "web-role",
        policies={"": (service("sns", "foreign", f"arn:aws:sns:{IRELAND}:{STRANGER}:feed"),)},
    ),
    Function(
        PAYMENTS,
        IRELAND,
        "audit-export",
        "rates-role",
        policies={
            "": (
                lets("open", "*"),
                lets("fence", "*", INVOKE, {"StringNotEquals": {"aws:PrincipalOrgID": ORGANISATION}}, effect="Deny"),
            )
        },
        tags={"owner": "audit", "env": "prod"},
    ),
    Function(
        LAB,
        IRELAND,
        "quarantine",
        "web-role",
        policies={"": (lets("open", "*"), lets("closed", "*", ["lambda:Invoke*"], effect="Deny"))},
    ),
    Function(
        LAB,
        VIRGINIA,
        "kiosk-feedback",
        "web-role",
        urls=(Url("NONE"),),
        policies={"": url_open(StringEqualsIfExists={"aws:PrincipalAccount": LAB})},
    ),
    Function(
        SHOP,
        SYDNEY,
        "office-hooks",
        "web-role",
        urls=(Url("NONE"),),
        policies={"": url_open(IpAddress={"aws:SourceIp": ["203.0.113.0/24"]})},
    ),
    Function(
        SHOP,
        FRANKFURT,
        "shipping-labels",
        "web-role",
        policies={"": (lets("carrier", {"AWS": f"arn:aws:iam::{PARTNER}:root"}, "lambda:UpdateFunctionCode"),)},
    ),
    Function(
        LAB,
        FRANKFURT,
        "alexa-orders",
        "web-role",
        policies={
            "": (
                lets(
                    "skill",
                    {"Service": "alexa-appkit.amazon.com"},
                    INVOKE,
                    {
                        "StringEquals": {
                            "lambda:EventSourceToken": "amzn1.ask.skill.0b3c5d77-5a1e-4f0e-9d3b-2f6f2c1a9e55"
                        }
                    },
                ),
            )
        },
    ),
    Function(
        PAYMENTS,
        FRANKFURT,
        "ledger-sync",
        "rates-role",
        policies={"": (lets("own", {"AWS": f"arn:aws:iam::{PAYMENTS}:root"}),)},
        tags={"owner": "payments", "env": "prod", "data": "restricted"},
    ),
    Function(
        DEV, FRANKFURT, "legacy-sync", "web-role", policies={"": (lets("gone", {"AWS": "AIDAJQABLZS4A3QDU576Q"}),)}
    ),
    Function(
        LAB,
        FRANKFURT,
        "url-half-open",
        "web-role",
        urls=(Url("AWS_IAM"),),
        policies={"": (lets("anyUrl", "*", INVOKE_URL, {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}),)},
    ),
)

TRAPS = (
    Trap(
        "thumbnails", SHOP, IRELAND, "only its own bucket may call", invoke="service_scoped", privilege="write", until=3
    ),
    Trap(
        "thumbnails",
        SHOP,
        IRELAND,
        "on day 4 it got a URL without sign-in and both statements",
        invoke="public_anonymous",
        privilege="write",
        reach="internet",
        rules=("EXP-02",),
        since=4,
    ),
    Trap(
        "webhook-intake",
        SHOP,
        VIRGINIA,
        "URL without sign-in, both statements",
        invoke="public_anonymous",
        rules=("EXP-02", "EXP-04"),
    ),
    Trap(
        "status-page",
        SHOP,
        VIRGINIA,
        "URL without sign-in, only the old statement: public under the old model, closed under the new",
        latent=True,
        rules=("EXP-03",),
    ),
    Trap(
        "beta-signup",
        DEV,
        IRELAND,
        "URL without sign-in, no policy: callers of the account only",
        invoke="same_account",
        latent=True,
        rules=("EXP-03",),
    ),
    Trap("partner-feed", SHOP, IRELAND, "an outside account may call the URL", invoke="external", rules=("EXP-05",)),
    Trap("report-render", DEV, FRANKFURT, "any AWS principal", invoke="public_authenticated", rules=("EXP-01",)),
    Trap("price-lookup", PAYMENTS, FRANKFURT, "everyone of the organisation", invoke="organisation"),
    Trap(
        "fx-rates",
        PAYMENTS,
        FRANKFURT,
        "only the alias has a policy, and it is open",
        invoke="public_authenticated",
        qualifier="live",
        rules=("EXP-01",),
        until=5,
    ),
    Trap("fx-rates", PAYMENTS, FRANKFURT, "the alias was closed on day 6", invoke="same_account", since=6),
    Trap(
        "image-resize-legacy",
        SHOP,
        IRELAND,
        "version 2 admits an outside account; versions on dead runtimes",
        invoke="external",
        qualifier="2",
        rules=("EXP-05", "RUN-03"),
    ),
    Trap("inbox-scan", SHOP, FRANKFURT, "any bucket of anyone", invoke="service_unscoped", rules=("EXP-06",)),
    Trap(
        "order-events",
        SHOP,
        FRANKFURT,
        "one topic; its policy keeps the chat's open route out",
        invoke="service_scoped",
        latent=True,
    ),
    Trap("topic-fanout", DEV, IRELAND, "a topic of an unknown account"),
    Trap("audit-export", PAYMENTS, IRELAND, "open, but a deny keeps outsiders away", invoke="organisation"),
    Trap("quarantine", LAB, IRELAND, "open, but denied to all", invoke="none"),
    Trap(
        "kiosk-feedback",
        LAB,
        VIRGINIA,
        "IfExists lets anonymous callers through",
        invoke="public_anonymous",
        rules=("EXP-02",),
    ),
    Trap("office-hooks", SHOP, SYDNEY, "open to one address range", reach="restricted"),
    Trap(
        "shipping-labels",
        SHOP,
        FRANKFURT,
        "an outside account may replace the code",
        invoke="same_account",
        deploy="external",
        rules=("DEP-01",),
    ),
    Trap("alexa-orders", LAB, FRANKFURT, "one skill", invoke="service_scoped"),
    Trap("ledger-sync", PAYMENTS, FRANKFURT, "the account itself", invoke="same_account"),
    Trap("legacy-sync", DEV, FRANKFURT, "a principal that was deleted"),
    Trap("url-half-open", LAB, FRANKFURT, "grant for a URL without sign-in, but the URL asks for it", latent=True),
)
