"""The function runs as the account that Google makes for every project."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from findings.example import with_
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._powers import without_identity
from findings.rules._worlds import NARROW, holding
from findings.seen import Seen
from findings.severity import Severity

_DEFAULT = re.compile(r"\d+-compute@developer\.gserviceaccount\.com|[^@]+@appspot\.gserviceaccount\.com")


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for identity in seen.identities:
        if _DEFAULT.fullmatch(identity.native_id):
            stripped = identity.known and identity.privilege == "none"
            yield Evidence(
                f"It runs as the default account {identity.native_id} (privilege: {identity.privilege})",
                about=identity.native_id, severity=Severity.MEDIUM if stripped else None,
                because="its rights were taken away, but every new workload gets it, too" if stripped else "",
            )  # fmt: skip


def _as(email: str) -> Seen:
    seen = holding("gcp", NARROW)
    named = {"identities": [{"id": email}]}
    identities = tuple(replace(one, native_id=email, name=email) for one in seen.identities)
    return with_(seen, document={**seen.document, "identity": named}, identities=identities)


RULE = Rule(
    id="default_account",
    title="The function runs as the project's default account",
    severity=Severity.HIGH,
    subject=Subject.PRIVILEGE,
    why="Everything in the project that names no account of its own runs as it, mostly with the Editor role.",
    checks={"gcp": Check(look, needs=("identity",), applies=without_identity)},
    fix={
        "gcp": Fix(
            console="IAM, Service accounts: create one for the function and grant what its code needs; then Cloud "
            "Run functions, the function, Edit, Runtime service account.",
            cli="gcloud functions deploy NAME --region REGION --service-account=EMAIL",
            terraform="google_cloudfunctions2_function: service_config.service_account_email.",
        )
    },
    fails=(_as("123456789012-compute@developer.gserviceaccount.com"), _as("acme-data@appspot.gserviceaccount.com")),
    passes=(_as("checkout@acme-data.iam.gserviceaccount.com"),),
    catalogue=("PRV-10",),
    references=("https://cloud.google.com/functions/docs/securing/function-identity",),
)
