"""An identity that may do little can replace the code of a function that may do much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from findings.example import with_
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._entrances import Way, way_in
from findings.rules._google_members import members
from findings.rules._paths import strength
from findings.rules._powers import by, runs_as, short, without_identity
from findings.rules._worlds import ADMIN, READ, holding
from findings.seen import MOST_WAYS, Seen, SeenIdentity, SeenPosture
from findings.severity import Severity

_WEAK = ("none", "read", "write")
_STRONG = ("near-admin", "admin")
#: Basic roles hold the right to deploy and the right to attach any service account alike.
_BASIC = ("roles/owner", "roles/editor")


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for identity in seen.identities:
        strong = strength(seen, identity)
        if strong is None or identity.privilege not in _STRONG:
            continue
        does, power = strong
        found = list(_weaker(seen, identity))
        for name, privilege, way in found:
            severity, because = (None, "") if way["certain"] else (Severity.MEDIUM, "only if a condition holds")
            yield Evidence(
                f"{short(name)}, whose own rights are no more than “{privilege}”, can change {seen.name} "
                f"({_by(way)}); that runs as {runs_as(seen, identity)}, which {does} ({by(power)})",
                about=f"{name} {identity.native_id}", severity=severity, because=because, detail=way,
            )  # fmt: skip
        if not found and len(seen.posture.ways_to_deploy) >= MOST_WAYS:
            yield Unsure(f"more than {MOST_WAYS} may change it, and not all of them are kept")


def _by(way: Way) -> str:
    return str(way["via"]).partition(": Allow")[0]


def _weaker(seen: Seen, identity: SeenIdentity) -> Iterator[tuple[str, str, Way]]:
    """The identities of the account that may change it and may themselves do less, once each."""
    able = _attachers(seen, identity) if seen.provider == "gcp" else None
    told: set[str] = set()
    for way in seen.posture.ways_to_deploy:
        principal = str(way["principal"])
        name = principal.removeprefix("serviceAccount:")
        privilege = seen.account_identities.get(name, "")
        attaches = able is None or principal in able or "setIamPolicy" in str(way["via"])
        attaches = attaches or any(role in str(way["via"]) for role in _BASIC)
        if privilege in _WEAK and name != identity.native_id and name not in told and not way["latent"] and attaches:
            told.add(name)
            yield name, privilege, way


def _attachers(seen: Seen, identity: SeenIdentity) -> frozenset[str]:
    """Who may deploy something that runs as this service account; without that Google refuses the deployment."""
    return frozenset(one.name for one in members(seen, identity) if not isinstance(one, Unsure))


def _deployed_by(cloud: str, principal: str, privilege: str) -> Seen:
    way = way_in("deploy-functions" if cloud == "aws" else "projects/acme-data: roles/cloudfunctions.developer",
                 principal=principal, kind="identity", level="same_account")  # fmt: skip
    posture = SeenPosture(invoke="same_account", deploy="same_account", ways_to_deploy=(way,))
    seen = holding(cloud, ADMIN, posture=posture, privilege="admin")
    document = {**READ, "trust": {"document": {"bindings": [
        {"role": "roles/iam.serviceAccountUser", "members": [principal]}
    ]}}}  # fmt: skip
    identities = tuple(replace(one, document=document) for one in seen.identities)
    return with_(
        seen, identities=identities, account_identities={principal.removeprefix("serviceAccount:"): privilege},
        account_document={"access": {"policies": []}},
    )  # fmt: skip


_NEEDS = ("posture:deploy", "identity:policies")
_ROLE, _ROBOT = "arn:aws:iam::123456789012:role/release", "serviceAccount:release@acme-data.iam.gserviceaccount.com"

RULE = Rule(
    id="weaker_deployer",
    title="A weaker identity can change a powerful function",
    severity=Severity.HIGH,
    subject=Subject.DEPLOYMENT,
    why="Whoever holds the weaker identity replaces the code and has the function's rights from then on: what it "
    "was denied itself no longer counts.",
    checks={
        "aws": Check(look, needs=_NEEDS, applies=without_identity),
        "gcp": Check(look, needs=(*_NEEDS, "identity:trust", "account:access"), applies=without_identity),
    },
    fix={
        "aws": Fix(
            console="IAM, the role that is named: in Resource name the functions it deploys, and none that runs with "
            "more than it should have; or give the function a role that may do less.",
            cli="aws iam put-role-policy --role-name ROLE --policy-name deploy --policy-document file://deploy.json",
            terraform="aws_iam_role_policy: Resource with the ARNs of the functions it deploys.",
        ),
        "gcp": Fix(
            console="IAM, Service accounts, the function's account, Permissions: remove Service Account User from "
            "whoever does not deploy this function; or give the function an account that may do less.",
            cli="gcloud iam service-accounts remove-iam-policy-binding EMAIL --member=MEMBER "
            "--role=roles/iam.serviceAccountUser",
            terraform="google_service_account_iam_member: roles/iam.serviceAccountUser for its deployer alone.",
        ),
    },
    fails=(_deployed_by("aws", _ROLE, "write"), _deployed_by("gcp", _ROBOT, "read")),
    passes=(_deployed_by("aws", _ROLE, "admin"), _deployed_by("gcp", _ROBOT, "near-admin")),
    catalogue=("DEP-02", "DEP-04"),
    standards=("cis-aws-compute:4.4",),
    references=("https://docs.cloud.google.com/iam/docs/service-accounts-actas",),
)
