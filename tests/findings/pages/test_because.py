"""What the reasoning rests its words on, as rows."""

from typing import Any

from findings.pages._because import reasons, ways
from inventory.models import Posture

Json = Any


def way(level: str, principal: str, action: str = "invoke", **more: Json) -> dict[str, Json]:
    return {"level": level, "principal": principal, "kind": "identity", "action": action, "via": "a policy", **more}


def judged(**because: Json) -> Posture:
    return Posture(because=because)


def test_the_widest_way_comes_first() -> None:
    posture = judged(invoke=[way("same_account", "role"), way("public_anonymous", "*"), way("external", "partner")])
    assert [row.level for row in ways(posture, "invoke")] == ["public_anonymous", "external", "same_account"]


def test_what_one_principal_may_by_one_means_is_one_row() -> None:
    [row] = ways(judged(deploy=[way("external", "partner", "deploy"), way("external", "partner", "own")]), "deploy")
    assert row.actions == ["deploy", "own"]


def test_ways_under_different_conditions_stay_apart() -> None:
    told = [way("external", "partner"), way("external", "partner", condition="aws:SourceIp")]
    assert len(ways(judged(invoke=told), "invoke")) == 2


def test_a_closed_or_uncertain_way_says_so() -> None:
    [row] = ways(judged(invoke=[way("external", "x", latent="no URL", certain=False)]), "invoke")
    assert (row.latent, row.certain) == ("no URL", False)


def test_what_was_never_judged_or_has_another_shape_is_no_row() -> None:
    assert ways(None, "invoke") == []
    assert ways(judged(invoke=["a sentence"], deploy={"x": 1}), "invoke") == []
    assert ways(judged(invoke=[{"via": "broken policy"}]), "invoke")[0].level == "unknown"
    assert reasons(judged(egress=["It is in no VPC.", {"x": 1}, ""]), "egress") == ["It is in no VPC."]
