"""Planted Google functions that differ in what they may do, and in how they are set up."""

from functools import partial

from collectors.sandbox.estate.gcp.access import (
    EVERYONE,
    RUN_INVOKER,
    ServiceAccount,
    bound,
    runs_as,
)
from collectors.sandbox.estate.gcp.function import Function, Secret, Trigger
from collectors.sandbox.estate.gcp.organisation import BELGIUM, DATA, DEV, FRANKFURT, IOWA, SHOP, account
from collectors.sandbox.estate.names import canary
from collectors.sandbox.estate.traps import Trap

CONNECTOR, CLOSED_NETWORK = "core-connector", "closed-vpc"
KEY = f"projects/{SHOP}/locations/{BELGIUM}/keyRings/functions/cryptoKeys/card-data"
_TOKENS, _USER = "roles/iam.serviceAccountTokenCreator", "roles/iam.serviceAccountUser"
_POOLS = "principalSet://iam.googleapis.com/projects/700000000011/locations/global/workloadIdentityPools"
_RELEASE = bound(_USER, runs_as(account("release", SHOP)))

ACCOUNTS = (
    ServiceAccount(SHOP, "fanlight", "Reads the inventory"),
    *(ServiceAccount(project, "release", "Release pipeline") for project in (SHOP, DATA, DEV)),
    ServiceAccount(SHOP, "janitor", "Cleans up", (_RELEASE,)),
    ServiceAccount(SHOP, "secrets", "Reads secrets", (_RELEASE,)),
    ServiceAccount(SHOP, "mailer", "Sends mail", keys=(-17000.0,)),
    ServiceAccount(SHOP, "uploads", "Scans uploads", (bound(_TOKENS, f"{_POOLS}/ci/*"),)),
    ServiceAccount(SHOP, "cross-reader", "Reads the warehouse"),
    ServiceAccount(SHOP, "fenced", "Lets others read secrets"),
    ServiceAccount(DATA, "reports", "Shared by reports"),
    ServiceAccount(DATA, "token-minter", "Issues tokens"),
    ServiceAccount(
        DATA, "warehouse-admin", "Owns the warehouse", (bound(_TOKENS, runs_as(account("token-minter", DATA))),)
    ),
    ServiceAccount(DEV, "deploy-bot", "Deploys"),
    ServiceAccount(DEV, "toolsmith", "Keeps roles tidy"),
)
FUNCTIONS = (
    Function(DATA, BELGIUM, "data-pipeline", memory=2048, timeout=3600, all_traffic=True, connector=CONNECTOR),
    Function(DEV, BELGIUM, "deploy-bot", runs_as="deploy-bot", labels={"env": "dev", "owner": "platform"}),
    Function(DATA, FRANKFURT, "token-minter", runs_as="token-minter"),
    Function(SHOP, FRANKFURT, "secrets-rotator", "gen1", runs_as="secrets", trigger=Trigger("pubsub", "rotate")),
    Function(DATA, FRANKFURT, "report-daily", runtime="python310", runs_as="reports"),
    Function(DATA, FRANKFURT, "report-weekly", runs_as="reports"),
    Function(SHOP, BELGIUM, "photo-wall", runs_as="secrets", invokers=(bound(RUN_INVOKER, EVERYONE),)),
    Function(SHOP, BELGIUM, "janitor", runs_as="janitor", labels={"owner": "platform"}),
    Function(DEV, BELGIUM, "role-keeper", runs_as="toolsmith"),
    Function(SHOP, FRANKFURT, "warehouse-report", runs_as="cross-reader"),
    Function(SHOP, FRANKFURT, "secret-grants", runs_as="fenced"),
    Function(DATA, BELGIUM, "orphan-job", runs_as="account-that-was-deleted"),
    Function(
        SHOP,
        IOWA,
        "mailer",
        "gen1",
        runtime="nodejs20",
        runs_as="mailer",
        environment={"SMTP_HOST": "mail.larkfield.example", "SMTP_PASSWORD": canary("password", "gcp-mailer")},
        trigger=Trigger("pubsub", "mails", retry=True),
        labels={"env": "prod", "owner": "crm"},
    ),
    Function(
        SHOP,
        BELGIUM,
        "upload-scan",
        runtime="go125",
        runs_as="uploads",
        trigger=Trigger("storage", "larkfield-uploads"),
        connector=CONNECTOR,
        environment={"STRIPE_KEY": canary("stripe", "gcp-upload-scan"), "LOG_LEVEL": "INFO"},
    ),
    Function(
        SHOP,
        BELGIUM,
        "card-vault",
        runs_as="web",
        ingress="internal",
        network="closed-vpc",
        subnet="closed-ew1",
        all_traffic=True,
        key=KEY,
        secrets=(
            Secret("card-key", "CARD_KEY", version="4"),
            Secret("card-ca", path="/etc/card/ca.pem"),
            Secret("shared-salt", "SALT", project=DATA),
        ),
        labels={"env": "prod", "owner": "payments", "data": "restricted"},
        invokers=(bound(RUN_INVOKER, runs_as(account("web", SHOP))),),
    ),
    Function(
        DEV, BELGIUM, "broken-deploy", failed="Build failed: requirements.txt names a version that does not exist."
    ),
    Function(
        DATA,
        BELGIUM,
        "photo-import",
        runs_as="internal",
        ingress="internal",
        invokers=(bound(RUN_INVOKER, runs_as(account("uploads", SHOP))),),
        labels={"owner": "media"},
    ),
    Function(SHOP, IOWA, "old-feed", "gen1", runtime="python38", runs_as="web", modified=-30000.0),
)

_shop = partial(Trap, account=SHOP, cloud="gcp")
_data = partial(Trap, account=DATA, cloud="gcp")
_dev = partial(Trap, account=DEV, cloud="gcp")
TRAPS = (
    _data(
        "data-pipeline",
        region=BELGIUM,
        because="the default account, which edits the whole project",
        privilege="near-admin",
        classes=("identity_escalation", "deploy_code"),
        rules=("PRV-10", "PRV-11"),
    ),
    _dev(
        "deploy-bot",
        region=BELGIUM,
        because="its account owns the project",
        privilege="admin",
        classes=("admin",),
        rules=("PRV-11",),
    ),
    _data(
        "token-minter",
        region=FRANKFURT,
        because="makes tokens of an account that owns the warehouse",
        privilege="near-admin",
        classes=("identity_escalation",),
    ),
    _shop(
        "secrets-rotator", region=FRANKFURT, because="reads every secret of the project", privilege="read",
        classes=("secrets_read",),
    ),
    _shop(
        "photo-wall",
        region=BELGIUM,
        because="open to all, runs as the account that reads every secret, and may send anywhere",
        invoke="public_anonymous",
        egress="internet",
        classes=("secrets_read",),
        rules=("EXP-21",),
    ),
    _data("report-daily", region=FRANKFURT, because="shares its account", privilege="read", rules=("PRV-08",)),
    _data("report-weekly", region=FRANKFURT, because="shares its account", privilege="read", rules=("PRV-08",)),
    _shop("janitor", region=BELGIUM, because="may delete objects", privilege="write", until=2),
    _shop(
        "janitor",
        region=BELGIUM,
        because="its account became owner of the project on day 3",
        privilege="admin",
        classes=("admin",),
        rules=("PRV-11",),
        since=3,
    ),
    _dev(
        "role-keeper",
        region=BELGIUM,
        because="holds a custom role that may rewrite roles, its own too",
        privilege="near-admin",
        classes=("identity_escalation", "iam_write"),
    ),
    _shop(
        "warehouse-report",
        region=FRANKFURT,
        because="reads data of another project",
        classes=("cross_account_assume",),
        rules=("PRV-23",),
    ),
    _shop(
        "secret-grants",
        region=FRANKFURT,
        because="may rewrite the project's policy, under a condition",
        privilege="near-admin",
    ),
    _data("orphan-job", region=BELGIUM, because="its account does not exist", rules=("PRV-09",)),
    _shop(
        "mailer",
        region=IOWA,
        because="a password in its variables; its account has an old key",
        rules=("SEC-01", "PRV-13"),
    ),
    _shop(
        "upload-scan",
        region=BELGIUM,
        because="a key in its variables; only private ranges go through the connector; a whole pool of outsiders may "
        "become its account",
        egress="internet",
        rules=("SEC-01", "NET-07", "TRU-08"),
    ),
    _shop("card-vault", region=BELGIUM, because="own key, secrets by reference, all traffic into a closed network",
          invoke="same_account", reach="private"),
    _dev("broken-deploy", region=BELGIUM, because="its deployment failed", rules=("LIM-12",)),
    _data("photo-import", region=BELGIUM, because="inside only", reach="private", until=3),
    _data(
        "photo-import",
        region=BELGIUM,
        because="opened to all on day 4",
        invoke="public_anonymous",
        reach="internet",
        rules=("EXP-21",),
        since=4,
    ),
)  # fmt: skip
