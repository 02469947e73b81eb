"""Others of our own may become the service account that the function runs as."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from findings.example import with_
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._google_members import Member, members
from findings.rules._powers import called, without_identity
from findings.rules._worlds import NARROW, READ, holding
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for identity in seen.identities:
        for one in members(seen, identity):
            if isinstance(one, Unsure):
                yield one
            elif not one.is_foreign:
                severity, because = _severity(one)
                where = "every service account of the project" if one.wide else called(identity)
                does = "make tokens or keys of" if one.mints else "deploy code that runs as"
                yield Evidence(
                    f"{one.name} may {does} {where}: {one.role}", about=f"{identity.native_id} {one.name} {one.role}",
                    severity=severity, because=because,
                )  # fmt: skip


def _severity(one: Member) -> tuple[Severity | None, str]:
    if not one.mints and not one.wide:
        return Severity.LOW, "on this account only, as whoever deploys the function needs it"
    if not one.mints:
        return Severity.MEDIUM, "it also needs the right to deploy something"
    return None, ""


def _bound(role: str) -> Seen:
    seen = with_(holding("gcp", NARROW), account_document={"access": {"policies": []}})
    binding = {"role": role, "members": ["user:ann@acme.example"]}
    trust = {"document": {"bindings": [binding] if role else []}}
    identities = tuple(replace(one, document={**READ, "trust": trust}) for one in seen.identities)
    return with_(seen, identities=identities)


RULE = Rule(
    id="impersonable_account",
    title="Others may become the service account",
    severity=Severity.HIGH,
    subject=Subject.PRIVILEGE,
    why="Whoever makes its tokens acts as the function, from anywhere, and is hard to tell from it in the log.",
    checks={"gcp": Check(look, needs=("identity:trust", "account:access"), applies=without_identity)},
    fix={
        "gcp": Fix(
            console="IAM, Service accounts, the account, Permissions: remove Service Account Token Creator and "
            "Service Account User from whoever does not deploy this function; remove both from the project.",
            cli="gcloud iam service-accounts remove-iam-policy-binding EMAIL --member=MEMBER --role=ROLE",
            terraform="google_service_account_iam_member for the deployer alone, none on the project.",
        )
    },
    fails=(_bound("roles/iam.serviceAccountTokenCreator"),),
    passes=(_bound(""),),
    catalogue=("PRV-12",),
    references=("https://cloud.google.com/iam/docs/best-practices-service-accounts",),
)
