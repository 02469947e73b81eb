"""A layer comes from an account that is not known."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity
from inventory.publishers import publishers


def look(seen: Seen) -> Iterator[Evidence]:
    known = {seen.account} | seen.zone.accounts | seen.zone.trusted | publishers().keys()
    for layer in seen.section("code").get("layers") or ():
        owner = str(layer.get("account") or "")
        if owner and owner not in known:
            yield Evidence(
                f"The layer {layer.get('name')} version {layer.get('version')} comes from the account {owner}, which "
                "is none of ours and no known publisher",
                about=f"{owner} {layer.get('name')}", detail=layer,
            )  # fmt: skip


def _layer(account: str) -> dict[str, object]:
    return {"layers": [{"id": "arn", "account": account, "name": "tracer", "version": "4"}]}


RULE = Rule(
    id="foreign_layer",
    title="A layer comes from an unknown account",
    severity=Severity.MEDIUM,
    subject=Subject.SUPPLY_CHAIN,
    why="The code of a layer runs before and with the function's own, as the function's identity; whoever publishes it "
    "is trusted with all the function may do.",
    checks={"aws": Check(look, needs=("code",))},
    fix={
        "aws": Fix(
            console="Lambda, the function, Layers, Edit: remove it, or publish a copy that was looked at in an account "
            "of yours; or register the owner as trusted.",
            cli="aws lambda update-function-configuration --function-name NAME --layers LAYERS (those that stay)",
            terraform="aws_lambda_function: layers.",
        )
    },
    fails=(function("aws", code=_layer("770033445566")),),
    passes=(function("aws", code=_layer("580247275435")),),
    catalogue=("SUP-01",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html",),
)
