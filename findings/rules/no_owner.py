"""Nobody is named as its owner, and nothing says what it is for."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function, with_
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity

OWNER = ("owner", "team", "contact", "maintainer", "squad", "owned-by", "owner-email")
PURPOSE = ("purpose", "application", "app", "project", "service", "product", "component", "system")
DATA = ("data", "data-class", "dataclass", "data_class", "data-classification", "classification", "sensitivity")


def look(seen: Seen) -> Iterator[Evidence]:
    if "tags" not in seen.document:
        return
    if not seen.tag(*OWNER):
        yield Evidence("No tag names an owner or a team", about="owner")
    for about, keys, says in (("purpose", PURPOSE, "what it is for"), ("data", DATA, "what data it works on")):
        if not seen.tag(*keys):
            yield Evidence(
                f"No tag says {says}", about=about, severity=Severity.INFO,
                because="with an owner somebody can still be asked",
            )  # fmt: skip


_TAGS = {"owner": "shop", "purpose": "takes orders", "data-class": "internal"}
_CHECK = Check(look, needs=("tags",))

RULE = Rule(
    id="no_owner",
    title="Nobody is named as its owner, or nothing says what it is for",
    severity=Severity.LOW,
    subject=Subject.INVENTORY,
    why="When something happens, nobody knows whom to ask, nor whether the function may be switched off.",
    checks={"aws": _CHECK, "gcp": _CHECK, "azure": _CHECK},
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, Tags: owner, purpose, data-class.",
            cli="aws lambda tag-resource --resource ARN --tags owner=TEAM,purpose=WHAT,data-class=CLASS",
            terraform="aws_lambda_function: tags, or default_tags of the provider.",
        ),
        "gcp": Fix(
            console="Cloud Run functions, the function, Edit: labels owner, purpose, data-class.",
            cli="gcloud functions deploy NAME --update-labels=owner=TEAM,purpose=WHAT,data-class=CLASS",
            terraform="google_cloudfunctions2_function: labels.",
        ),
        "azure": Fix(
            console="Function App, Tags: owner, purpose, data-class.",
            cli="az tag update --resource-id APP --operation Merge --tags owner=TEAM purpose=WHAT data-class=CLASS",
            terraform="azurerm_linux_function_app: tags.",
        ),
    },
    fails=tuple(function(cloud, tags={}) for cloud in ("aws", "gcp", "azure")),
    passes=tuple(with_(function(cloud, tags=_TAGS), tags=_TAGS) for cloud in ("aws", "gcp", "azure")),
    catalogue=("INV-01",),
    standards=("aws-fsbp:Lambda.6",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html",),
)
