"""The AWS engine against questions others answered; prints a tally per area (pytest -s shows it)."""

from collections.abc import Callable
from typing import Any

import pytest

from findings.access import aws
from findings.access.aws import NamedPolicy, Policies, Request, ResourcePolicy
from findings.access.decision import Outcome
from tests.findings.access.vectors import Vector, read

pytestmark = pytest.mark.corpus

KNOWN_CONDITION_MISSES: dict[str, str] = {}
"""Vectors of area public-condition that we answer otherwise, each with the reason. At most 2 in 100 may stand here."""


def of(area: str) -> list[Vector]:
    return [vector for vector in read("aws") if vector["area"] == area]


def wrong(vectors: list[Vector], answer: Callable[[Vector], Any], expected: Callable[[Vector], Any]) -> list[str]:
    """The id, the expected and the given answer of each miss; prints the tally."""
    misses = {v["id"]: (expected(v), got) for v in vectors if (got := answer(v)) != expected(v)}
    area = vectors[0]["area"] if vectors else "none"
    print(f"\n{area}: {len(vectors) - len(misses)} of {len(vectors)}", end="")
    return [f"{name}: expected {asked}, got {got}" for name, (asked, got) in misses.items()]


def accesses(vector: Vector) -> list[aws.Access]:
    given, files = vector["inputs"], vector["inputs"]["files"]
    return aws.who_can(
        files["gaads"],
        given["action"],
        given.get("resources") or given["resource"],
        resource_policies=[
            ResourcePolicy(entry["Resource"], entry["Policy"], entry["Account"])
            for file in files.get("resources", [])
            for entry in file
        ],
        organisation=next(iter(files.get("scps", [])), None),
        context=dict(pair.split("=", 1) for pair in given.get("context") or []),
        complete=bool(given.get("strict")),
    )


@pytest.mark.parametrize("area", ["evaluate", "who-can"])
def test_decisions_over_authorization_details(area: str) -> None:
    def answer(vector: Vector) -> Any:
        found = accesses(vector)
        if area == "evaluate":
            return any(access.principal == vector["inputs"]["principal"] for access in found)
        if "resources" in vector["inputs"]:
            return sorted(str((access.principal, access.resource)) for access in found)
        return sorted(access.principal for access in found)

    def expected(vector: Vector) -> Any:
        return vector["expected"]["allowed"] if area == "evaluate" else sorted(vector["expected"]["principals"])

    assert not wrong(of(area), answer, expected)


def test_decisions_over_identity_statements() -> None:
    def answer(vector: Vector) -> dict[str, bool]:
        given = vector["inputs"]
        policies = Policies(identity=(NamedPolicy("statements", given["statements"]),))
        outcomes = [
            aws.decide(Request(None, action, given["resource"]), policies).outcome for action in given["permissions"]
        ]
        return {"allowed": Outcome.ALLOWED in outcomes, "explicit_deny": Outcome.DENIED_EXPLICIT in outcomes}

    assert not wrong(of("evaluate-identity"), answer, lambda vector: vector["expected"])


def test_admin_and_full_service() -> None:
    def answer(vector: Vector) -> bool:
        args = vector["inputs"]["args"]
        if vector["inputs"]["fn"] == "check_admin_access":
            return aws.is_admin(args[0])
        return aws.full_service_access(args[1], args[0])

    assert not wrong(of("admin"), answer, lambda vector: vector["expected"])


def test_function_urls_under_both_models() -> None:
    def answer(vector: Vector) -> dict[str, bool | None]:
        access = aws.function_url_access(vector["inputs"]["auth_type"], vector["inputs"]["statements"])
        return {
            "anonymous_legacy_model": access.anonymous_legacy,
            "anonymous_new_model": access.anonymous_new,
            "any_aws_principal_new_model": access.any_aws_principal_new,
        }

    assert not wrong(of("function-url"), answer, lambda vector: vector["expected"])


def test_who_is_outside_the_zone_of_trust() -> None:
    def answer(vector: Vector) -> bool:
        allow = vector["inputs"]["allow"]
        found = aws.external_principals(
            vector["inputs"]["policy"],
            allow.get("allowed_accounts", []),
            own_organisations=allow.get("allowed_orgid"),
            own_vpcs=allow.get("allowed_vpc"),
            own_endpoints=allow.get("allowed_vpce"),
        )
        return bool(found)

    assert not wrong(of("cross-account"), answer, lambda vector: vector["expected"]["violation"])


def is_public(vector: Vector) -> bool | str:
    try:
        return aws.public_access(vector["inputs"]["policy"], vector["inputs"].get("account")).is_public
    except ValueError:
        return "refused"


def ruled_public(vector: Vector) -> bool:
    if vector.get("ruling"):
        return "is_public=true" in vector["ruling"]
    expected: bool = vector["expected"].get("is_public", "refused")
    return expected


def test_what_is_public_where_the_tools_agree_or_we_ruled() -> None:
    settled = [vector for vector in of("public") if vector.get("consensus") or vector.get("ruling")]
    assert not wrong(settled, is_public, ruled_public)


def test_what_is_public_where_nobody_settled_it_is_printed_only() -> None:
    for line in wrong(
        [v for v in of("public") if not v.get("consensus") and not v.get("ruling")], is_public, ruled_public
    ):
        print(f"\n  open: {line}", end="")


def test_a_ruling_that_names_a_class_finds_it() -> None:
    for vector in of("public"):
        named = (vector.get("ruling") or "").partition("class=")[2].split(" ")[0]
        if named:
            access = aws.public_access(vector["inputs"]["policy"], vector["inputs"].get("account"))
            assert named in (*access.kinds, access.level.value), vector["id"]


QUESTIONS: dict[str, Callable[..., bool]] = {
    "is_condition_block_restrictive_organization": aws.restricts_to_organisation,
    "is_condition_restricting_from_private_ip": aws.restricts_to_private_addresses,
    "is_condition_restricting_to_trusted_ips": aws.restricts_to_addresses,
    "has_public_principal": aws.has_public_principal,
    "has_restrictive_source_arn_condition": aws.restricts_source_arn,
    "is_condition_block_restrictive_sns_endpoint": aws.restricts_sns_endpoint,
}


def test_what_a_condition_block_restricts() -> None:
    def answer(vector: Vector) -> bool:
        given = vector["inputs"]
        if given["fn"] != "is_condition_block_restrictive":
            return QUESTIONS[given["fn"]](*given["args"])
        block, account, *cross = given["args"]
        allow = given["kwargs"].get("is_cross_account_allowed", any(cross))
        return aws.restricts(block, account, allow_cross_account=allow)

    vectors = of("public-condition")
    misses = wrong(vectors, answer, lambda vector: vector["expected"])
    assert len(misses) <= len(vectors) * 2 // 100
    assert {line.partition(":")[0] for line in misses} <= KNOWN_CONDITION_MISSES.keys(), misses


def test_several_documents_are_weighed_together() -> None:
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    refused = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]}
    assert aws.is_admin([everything])
    assert not aws.is_admin([everything, refused]), "a deny in the second document was not weighed"
