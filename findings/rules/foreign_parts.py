"""A key, an image or a subnet that the function stands on belongs to another account."""

from __future__ import annotations

import re
from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._accounts import account_of, is_foreign, is_ours, standing
from findings.seen import Seen
from findings.severity import Severity

_ECR = re.compile(r"(\d{12})\.dkr\.ecr\.")
_REGISTRY = re.compile(r"[\w-]+-docker\.pkg\.dev/([^/]+)/|(?:[\w-]+\.)?gcr\.io/([^/]+)/")


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for what, account in dict.fromkeys(_parts(seen)):
        if is_foreign(seen, account):
            ours = is_ours(seen, account)
            yield Evidence(
                f"{what} belongs to the account {account} ({standing(seen, account)})", about=what,
                severity=Severity.INFO if ours else None,
                because=f"the account is {standing(seen, account)}" if ours else "",
            )  # fmt: skip


def _parts(seen: Seen) -> Iterator[tuple[str, str]]:
    """Each part with the account it belongs to; layers have a rule of their own."""
    encryption = seen.section("encryption")
    for key in encryption.get("keys") or ():
        yield f"The key {key.get('id')}", str(key.get("account") or account_of(str(key.get("id", ""))))
    if encryption.get("key"):
        yield f"The key {encryption['key']}", account_of(str(encryption["key"]))
    image = str(seen.section("code").get("image", ""))
    if found := (_ECR.match(image) or _REGISTRY.match(image)):
        yield f"The image {image}", next(filter(None, found.groups()), "")
    for subnet in seen.section("network").get("subnets") or ():
        yield f"The subnet {subnet.get('id')}", str(subnet.get("owner") or account_of(str(subnet.get("id", ""))))


def _kept_by(cloud: str, key: str) -> Seen:
    return function(cloud, encryption={"key": key, "keys": []}, code={}, network={"attached": False})


_CHECK = Check(look, needs=("encryption", "code", "network"))

RULE = Rule(
    id="foreign_parts",
    title="What the function stands on belongs to another account",
    severity=Severity.LOW,
    subject=Subject.TRUST,
    why="Its owner can take it away, and the function stops; an image's owner can even change what runs.",
    checks={"aws": _CHECK, "gcp": _CHECK},
    fix={
        "aws": Fix(
            console="Choose a key under Environment variables, an image under Image, and subnets under VPC that "
            "belong to this account; or register the other account as ours or trusted here.",
            cli="aws lambda update-function-configuration --function-name NAME --kms-key-arn KEY_ARN",
            terraform="aws_lambda_function: kms_key_arn, image_uri, vpc_config of your own.",
        ),
        "gcp": Fix(
            console="Choose a key, a repository and a network of this project; or register the other project here.",
            cli="gcloud functions deploy NAME --region REGION --kms-key=KEY --docker-repository=REPOSITORY",
            terraform="google_cloudfunctions2_function: kms_key_name, build_config.docker_repository.",
        ),
    },
    fails=(
        _kept_by("aws", "arn:aws:kms:eu-west-1:999999999999:key/1f2e"),
        _kept_by("gcp", "projects/strangers/locations/europe-west1/keyRings/r/cryptoKeys/k"),
    ),
    passes=(
        _kept_by("aws", "arn:aws:kms:eu-west-1:123456789012:key/1f2e"),
        _kept_by("gcp", "projects/acme-data/locations/europe-west1/keyRings/r/cryptoKeys/k"),
    ),
    catalogue=("TRU-06",),
)
