"""The Google engine against questions others answered."""

from datetime import datetime
from typing import Any

import pytest

from findings.access.gcp import Endpoint, Request, decide, public_access, read_policies
from findings.access.gcp.roles import bundled
from findings.access.ladder import Exposure
from findings.access.surface import Reach
from tests.findings.access.vectors import Vector, mismatches, read

pytestmark = pytest.mark.corpus

REACH_NAMES = {
    Reach.INTERNET: "internet",
    Reach.INTERNAL: "internal-network-only",
    Reach.LOAD_BALANCER: "internal-and-load-balancer",
}


def test_every_vector_gets_the_expected_answer() -> None:
    wrong = mismatches(read("gcp"), answer)
    assert not wrong, "\n".join(wrong)


def answer(vector: Vector) -> Any:
    given = vector["inputs"]
    if vector["area"] == "role-permission":
        return given["permission"] in (bundled(given["role"]) or ())
    return who_may_invoke(given) if "generation" in given else may(given)


def may(given: dict[str, Any]) -> bool | None:
    policies = read_policies(
        allow=given.get("allow", ()),
        deny=given.get("deny", ()),
        boundaries=[one | {"blocks": one["enforcement"].split()[1:]} for one in given.get("pab", ())],
        roles=given.get("roles", {}),
        groups=given.get("groups"),
    )
    return decide(
        Request(
            given["principal"],
            given["permission"],
            given["resource"],
            tuple(given["ancestors"]),
            datetime.fromisoformat(given["now"]) if "now" in given else None,
            given.get("attributes", {}),
        ),
        policies,
    ).allowed


def who_may_invoke(given: dict[str, Any]) -> dict[str, Any]:
    surface = public_access(
        Endpoint(
            generation=f"gen{given['generation']}",
            resource="f" if given["generation"] == 1 else "s",
            ingress=given["ingress"],
            invoker_iam_disabled=given.get("invoker_iam_disabled", False),
        ),
        read_policies(allow=[*given.get("function_policy", ()), *given.get("run_policy", ())]),
    )
    public = surface.level.is_public
    found = {"public": public, "reach": REACH_NAMES[surface.reach] if public else None}
    return found | ({"needs": "any Google account"} if surface.level is Exposure.PUBLIC_AUTHENTICATED else {})
