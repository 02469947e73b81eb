"""A function URL is one permission away from answering anyone."""

from __future__ import annotations

from collections.abc import Iterator

from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.rules._entrances import PUBLIC, Way, closed, door
from findings.rules.public_url import HALF
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence]:
    granted = [way for way in seen.posture.ways_in if way["level"] in PUBLIC and door(seen, way) == "url"]
    yield from (_of_grant(way) for way in granted if way["latent"] or HALF in way["condition"])
    used = [way for way in seen.posture.ways_in if way["principal"] == "*" and not way["latent"]]
    for one in seen.section("entry_points").get("entry_points") or ():
        answers = any(way["via"].startswith(f"function URL {one.get('url')}") for way in (*granted, *used))
        if one.get("kind") == "url" and one.get("auth") == "NONE" and not answers:
            yield Evidence(
                f"The URL {one.get('url')} asks nobody to sign in; only that no statement lets everyone in keeps "
                "strangers out", about=f"url {one.get('qualifier', '')}",
            )  # fmt: skip


def _of_grant(way: Way) -> Evidence:
    """A statement that lets everyone in, and what is missing for it to take effect."""
    about = f"{way['principal']} {way['via']}"
    if way["latent"]:
        return Evidence(f"Everyone is let in by the {way['via']}; closed for now: {way['latent']}", about=about)
    return Evidence(
        f"Everyone is let in by the {way['via']}, but {HALF}", about=about, severity=Severity.HIGH,
        because="URLs made before both permissions were asked for still answer with one",
    )  # fmt: skip


RULE = Rule(
    id="dormant_url",
    title="A function URL is one step from public",
    severity=Severity.MEDIUM,
    subject=Subject.EXPOSURE,
    why="One more statement, or one change of the auth type, and anyone on the internet runs the code; nobody would "
    "have to touch both halves to notice.",
    checks={"aws": Check(look, needs=("entry_points", "posture:invoke"))},
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, Function URL: auth type AWS_IAM, or delete the URL where "
            "nobody uses it; Permissions: delete statements for everyone that no longer serve a URL.",
            cli="aws lambda update-function-url-config --function-name NAME --auth-type AWS_IAM",
            terraform='aws_lambda_function_url: authorization_type = "AWS_IAM".',
        )
    },
    fails=(
        closed("aws", entry_points={"entry_points": [
            {"kind": "url", "url": "https://abc.lambda-url.eu-west-1.on.aws/", "auth": "NONE", "qualifier": ""}
        ]}),
    ),
    passes=(
        closed("aws", entry_points={"entry_points": [
            {"kind": "url", "url": "https://abc.lambda-url.eu-west-1.on.aws/", "auth": "AWS_IAM", "qualifier": ""}
        ]}),
    ),
    catalogue=("EXP-03",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",),
)  # fmt: skip
