"""Planted Google functions that differ in who may call them."""

from functools import partial

from collectors.sandbox.estate.gcp.access import (
    EVERYONE,
    GEN1_INVOKER,
    IAP_AGENT,
    RUN_INVOKER,
    SIGNED_IN,
    ServiceAccount,
    bound,
    runs_as,
)
from collectors.sandbox.estate.gcp.function import Function
from collectors.sandbox.estate.gcp.organisation import (
    BELGIUM,
    DATA,
    DEV,
    DOMAIN,
    FRANKFURT,
    IOWA,
    LEGAL,
    PARTNER,
    SHOP,
    TAIWAN,
    account,
)
from collectors.sandbox.estate.traps import Trap

_OPEN = (bound(RUN_INVOKER, EVERYONE),)
_SHOP = {"env": "prod", "owner": "shop"}
_NIGHT = 'request.time.getHours("Europe/Berlin") >= 22'

ACCOUNTS = (
    ServiceAccount(SHOP, "web", "Small public endpoints"),
    ServiceAccount(DATA, "internal", "Internal tools"),
    ServiceAccount(LEGAL, "archive", "Legal archive"),
)
FUNCTIONS = (
    Function(
        SHOP,
        IOWA,
        "gift-finder",
        "gen1",
        runtime="nodejs16",
        runs_as="web",
        insecure=True,
        invokers=(bound(GEN1_INVOKER, EVERYONE),),
        modified=-24000.0,
        labels=_SHOP,
    ),
    Function(SHOP, BELGIUM, "store-locator", runs_as="web", invokers=_OPEN, labels=_SHOP, concurrency=80),
    Function(SHOP, BELGIUM, "promo-banner", runs_as="web", invoker_check_off=True, labels=_SHOP),
    Function(
        SHOP,
        BELGIUM,
        "price-widget",
        "run",
        runtime="nodejs22",
        runs_as="web",
        invokers=(bound(RUN_INVOKER, SIGNED_IN),),
        tagged="canary",
        concurrency=80,
        labels=_SHOP,
    ),
    Function(
        SHOP,
        BELGIUM,
        "basket-render",
        "run",
        runs_as="web",
        detached=True,
        invokers=(bound(RUN_INVOKER, f"domain:{DOMAIN}"),),
    ),
    Function(DATA, FRANKFURT, "back-office", runs_as="internal", iap=True, invokers=(bound(RUN_INVOKER, IAP_AGENT),)),
    Function(SHOP, FRANKFURT, "stock-sync", runs_as="web", ingress="internal", invokers=_OPEN),
    Function(
        SHOP,
        BELGIUM,
        "checkout-front",
        runs_as="web",
        ingress="balanced",
        default_address_off=True,
        invokers=_OPEN,
        labels={**_SHOP, "data": "restricted"},
    ),
    Function(
        DATA,
        BELGIUM,
        "staff-directory",
        "gen1",
        runtime="python312",
        runs_as="internal",
        invokers=(bound(GEN1_INVOKER, f"domain:{DOMAIN}"),),
    ),
    Function(
        DATA,
        BELGIUM,
        "partner_feed",
        runs_as="internal",
        invokers=(bound(RUN_INVOKER, runs_as(account("reader", PARTNER)), "user:integrations@partner.example"),),
        labels={"env": "prod", "owner": "b2b"},
    ),
    Function(DEV, BELGIUM, "beta-signup", runs_as="", labels={"env": "dev"}),
    Function(
        DATA,
        FRANKFURT,
        "month-end",
        runs_as="internal",
        invokers=(bound(RUN_INVOKER, "user:contractor@gmail.com", condition=_NIGHT, title="nights only"),),
    ),
    Function(DEV, IOWA, "scratchpad", "gen1", runtime="python39", invokers=(bound(GEN1_INVOKER, EVERYONE),)),
    Function(
        DATA,
        BELGIUM,
        "night-audit",
        runs_as="internal",
        invokers=(bound(RUN_INVOKER, f"deleted:serviceAccount:{account('auditor', DATA)}?uid=117003456789012345678"),),
    ),
    Function(LEGAL, FRANKFURT, "contract-archive", runs_as="archive"),
    Function(DATA, TAIWAN, "apac-relay", runs_as="internal"),
)

_shop = partial(Trap, account=SHOP, cloud="gcp")
_data = partial(Trap, account=DATA, cloud="gcp")
_dev = partial(Trap, account=DEV, cloud="gcp")
TRAPS = (
    _shop(
        "gift-finder",
        region=IOWA,
        because="allUsers may invoke a 1st generation function, over plain http, on a dead runtime",
        invoke="public_anonymous",
        reach="internet",
        rules=("EXP-20", "EXP-28", "RUN-05"),
        until=5,
    ),
    _shop(
        "gift-finder",
        region=IOWA,
        because="closed on day 6; the project's owners remain",
        invoke="same_account",
        rules=("RUN-05",),
        since=6,
    ),
    _shop(
        "store-locator",
        region=BELGIUM,
        because="allUsers on the Cloud Run service; the function's own policy says nothing",
        invoke="public_anonymous",
        reach="internet",
        rules=("EXP-21",),
    ),
    _shop(
        "promo-banner",
        region=BELGIUM,
        because="the invoker check is off: public without any binding",
        invoke="public_anonymous",
        reach="internet",
        rules=("EXP-22",),
    ),
    _shop(
        "price-widget",
        region=BELGIUM,
        because="deployed straight to Cloud Run; any Google account may call",
        invoke="public_authenticated",
        rules=("EXP-21", "INV-04"),
    ),
    _shop(
        "basket-render",
        region=BELGIUM,
        because="detached from the Functions API; the whole domain may call",
        invoke="organisation",
        rules=("INV-04",),
    ),
    _data("back-office", region=FRANKFURT, because="Identity-Aware Proxy stands in front; its policy is not read"),
    _shop(
        "stock-sync",
        region=FRANKFURT,
        because="open to all, but from inside the network only",
        invoke="public_anonymous",
        reach="private",
    ),
    _shop(
        "checkout-front",
        region=BELGIUM,
        because="open to all, through a load balancer only",
        invoke="public_anonymous",
        reach="restricted",
    ),
    _data("staff-directory", region=BELGIUM, because="everyone of the domain", invoke="organisation"),
    _data(
        "partner_feed",
        region=BELGIUM,
        because="a user and a service account of others; the service is spelt partner-feed",
        invoke="external",
        rules=("EXP-25",),
    ),
    _dev(
        "beta-signup",
        region=BELGIUM,
        because="a vendor's account may invoke everything in the folder above",
        invoke="external",
        rules=("EXP-24", "PRV-10"),
    ),
    _data("month-end", region=FRANKFURT, because="an outside user, at night only", rules=("EXP-25",)),
    _dev("scratchpad", region=IOWA, because="open to all, but a deny policy closes it", invoke="none"),
    _data(
        "night-audit",
        region=BELGIUM,
        because="its only caller was deleted, owners remain; a log sink drops its entries",
        invoke="same_account",
        rules=("LOG-06",),
    ),
    Trap("contract-archive", LEGAL, FRANKFURT, "nobody may read its policies", cloud="gcp"),
)
