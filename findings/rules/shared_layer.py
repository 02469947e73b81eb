"""A layer of ours can be read by strangers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from findings.access.aws.public import public_access
from findings.access.ladder import Exposure
from findings.example import account, with_
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity

Json = Any
_READ = "lambda:getlayerversion"


def look(seen: Seen) -> Iterator[Evidence]:
    for layer in seen.section("layers").get("layers") or ():
        for one in layer.get("versions") or ():
            yield from _of(seen, f"{layer.get('name')}:{one.get('version')}", one.get("document") or {})


def _of(seen: Seen, name: str, policy: Mapping[str, Json]) -> Iterator[Evidence]:
    if not policy:
        return
    organisation = seen.of_account("organisation").get("id") or next(iter(seen.zone.organisations), None)
    told = public_access(
        policy, seen.account, own_accounts=seen.zone.accounts | seen.zone.trusted, organisation=organisation,
        actions=(_READ,),
    )  # fmt: skip
    for grant in told.grants:
        if grant.level.is_public:
            yield Evidence(f"Everyone may read the layer {name}", about=f"{name} everyone")
        elif grant.level is Exposure.EXTERNAL:
            yield Evidence(
                f"{grant.principal}, who is none of ours, may read the layer {name}", about=f"{name} {grant.principal}",
                severity=Severity.LOW, because="named accounts only",
            )  # fmt: skip


def applies(seen: Seen) -> str:
    return "layers stand in regions" if "/" not in seen.native_id and "layers" not in seen.document else ""


def _sharing(principal: str) -> Seen:
    statement = {"Sid": "lent", "Effect": "Allow", "Principal": principal, "Action": "lambda:GetLayerVersion",
                 "Resource": "arn:aws:lambda:eu-west-1:123456789012:layer:shop:3"}  # fmt: skip
    versions = [{"version": "3", "document": {"Version": "2012-10-17", "Statement": [statement]}}]
    seen = account("aws", layers={"layers": [{"id": "arn", "name": "shop", "versions": versions}]})
    return with_(seen, native_id=f"{seen.account}/eu-west-1")


RULE = Rule(
    id="shared_layer",
    title="Strangers may read a layer",
    severity=Severity.MEDIUM,
    subject=Subject.EXPOSURE,
    why="A layer holds libraries and often configuration of your own: who can read it learns what runs where, and any "
    "secret that was packed in.",
    checks={"aws": Check(look, needs=("layers",), applies=applies)},
    fix={
        "aws": Fix(
            console="Layers have no page for it: remove the permission on the command line, or share with the "
            "organisation alone.",
            cli="aws lambda remove-layer-version-permission --layer-name LAYER --version-number N --statement-id SID",
            terraform="aws_lambda_layer_version_permission: principal of one account, or organization_id.",
        )
    },
    fails=(_sharing("*"),),
    passes=(_sharing("123456789012"),),
    catalogue=("EXP-11",),
    about="account",
    references=("https://docs.aws.amazon.com/lambda/latest/dg/permissions-layer-cross-account.html",),
)
