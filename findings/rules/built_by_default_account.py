"""The function is built by the project's default service account."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function, with_
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity

_DEFAULTS = ("-compute@developer.gserviceaccount.com", "@appspot.gserviceaccount.com")
_STRONG = ("write", "near-admin", "admin")


def look(seen: Seen) -> Iterator[Evidence]:
    code = seen.section("code")
    account = str((code.get("build") or {}).get("service_account") or "")
    if not code or (account and not account.endswith(_DEFAULTS)):
        return
    privilege = seen.account_identities.get(account, "unknown")
    if privilege in _STRONG:
        severity, because = None, ""
    else:
        severity, because = Severity.LOW, f"what it may do beside that: {privilege}"
    yield Evidence(
        f"It is built by {account or 'the default account, for none was chosen'}", about=account or "default",
        severity=severity, because=because,
    )  # fmt: skip


def applies(seen: Seen) -> str:
    """An image that was brought along was built elsewhere."""
    return "it runs an image that was built elsewhere" if seen.section("config").get("package") == "Image" else ""


def _built_by(account: str) -> Seen:
    seen = function("gcp", code={"build": {"service_account": account}}, config={"package": "Source"})
    return with_(seen, account_identities={account: "near-admin"})


RULE = Rule(
    id="built_by_default_account",
    title="It is built by the project's default account",
    severity=Severity.MEDIUM,
    subject=Subject.DEPLOYMENT,
    why="Build steps run code of every package that is fetched, with all that this account may do in the project.",
    checks={"gcp": Check(look, needs=("code", "config"), applies=applies)},
    fix={
        "gcp": Fix(
            console="IAM: make an account with Logs Writer, Artifact Registry Writer and Storage Object Viewer; Cloud "
            "Run functions, the function, Edit, Build: choose it.",
            cli="gcloud functions deploy NAME --region REGION --build-service-account="
            "projects/PROJECT/serviceAccounts/EMAIL",
            terraform="google_cloudfunctions2_function: build_config { service_account }.",
        )
    },
    fails=(_built_by("700000000011-compute@developer.gserviceaccount.com"),),
    passes=(_built_by("builder@acme-data.iam.gserviceaccount.com"),),
    catalogue=("DEP-10",),
    references=("https://docs.cloud.google.com/functions/docs/securing/build-custom-sa",),
)
