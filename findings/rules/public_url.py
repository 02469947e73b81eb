"""A function URL answers anyone."""

from __future__ import annotations

from collections.abc import Iterator

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._entrances import Way, closed, public, strangers
from findings.seen import Seen
from findings.severity import Severity

#: What the engine says where only the first of the two permissions of a URL is granted.
HALF = "lambda:InvokeFunction is missing"


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    yield from strangers(seen, "url", Severity.CRITICAL, wanted=is_open)


def is_open(way: Way) -> bool:
    """Whether both permissions are granted and the URL answers; the rest is told by `dormant_url`."""
    return not way["latent"] and HALF not in way["condition"]


_URL = "function URL https://abc.lambda-url.eu-west-1.on.aws/ and resource policy: FunctionURLAllowPublicAccess"

RULE = Rule(
    id="public_url",
    title="A function URL answers anyone",
    severity=Severity.CRITICAL,
    subject=Subject.EXPOSURE,
    why="The address is on the internet and asks nobody to sign in; scanners find such addresses within days.",
    checks={"aws": Check(look, needs=("posture:invoke", "entry_points"))},
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, Function URL, Edit: auth type AWS_IAM; then Permissions: "
            "delete the two statements for everyone. Where the public shall call it, put CloudFront with origin "
            "access control or an API with an authorizer in front.",
            cli="aws lambda update-function-url-config --function-name NAME --auth-type AWS_IAM; "
            "aws lambda remove-permission --function-name NAME --statement-id FunctionURLAllowPublicAccess",
            terraform='aws_lambda_function_url: authorization_type = "AWS_IAM".',
        )
    },
    fails=(public("aws", _URL),),
    passes=(closed("aws", entry_points={"entry_points": []}),),
    catalogue=("EXP-02",),
    standards=("cis-aws-compute:4.6",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",),
)
