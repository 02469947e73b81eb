"""A secret is taken in its latest version, or from another project."""

from __future__ import annotations

import re
from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity

_SECRET = re.compile(r"^projects/([^/]+)/secrets/([^/]+)(?:/versions/([^/]+))?$")


def look(seen: Seen) -> Iterator[Evidence]:
    told = seen.section("environment")
    for one in (*(told.get("variables") or ()), *(told.get("mounts") or ())):
        found = _SECRET.match(str(one.get("reference") or ""))
        if not found:
            continue
        project, secret, version = found.groups()
        holder = f"The variable {one['name']}" if one.get("name") else f"The file {one.get('path')}"
        if not _is_own(seen, project):
            yield Evidence(
                f"{holder} takes the secret {secret} of the project {project}", about=f"{secret} of {project}",
                severity=Severity.MEDIUM, because="the project is none of those that are registered as ours",
            )  # fmt: skip
        elif version == "latest" and one.get("name"):
            yield Evidence(f"{holder} takes the latest version of the secret {secret}", about=secret)


def _is_own(seen: Seen, project: str) -> bool:
    """Whether a project is one of ours; a number may be its own, which nobody can tell here."""
    return project.isdigit() or project == seen.account or project in seen.zone.accounts | seen.zone.trusted


def _variable(version: str) -> dict[str, object]:
    reference = f"projects/acme-data/secrets/db/versions/{version}"
    return {"variables": [{"name": "DB", "reference": reference}]}


RULE = Rule(
    id="secret_not_pinned",
    title="A secret is taken in whatever version is newest, or from a foreign project",
    severity=Severity.LOW,
    subject=Subject.SECRETS,
    why="A variable is filled when an instance starts: with “latest”, instances run with different secrets after a "
    "rotation, and whoever may add a version feeds the function a value of theirs.",
    checks={"gcp": Check(look, needs=("environment",))},
    fix={
        "gcp": Fix(
            console="Cloud Run functions, the function, Edit, Security: choose a version number for the variable, or "
            "mount the secret as a file, which is read anew at each access.",
            cli="gcloud functions deploy NAME --set-secrets=VARIABLE=SECRET:VERSION",
            terraform='google_cloudfunctions2_function: secret_environment_variables { version = "3" }.',
        )
    },
    fails=(function("gcp", environment=_variable("latest")),),
    passes=(function("gcp", environment=_variable("3")),),
    catalogue=("SEC-06",),
    references=("https://docs.cloud.google.com/run/docs/configuring/services/secrets",),
)
