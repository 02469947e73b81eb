"""What deny assignments take from those who may deploy: for certain, perhaps, or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from findings.judges.azure import _holding, _may_deploy
from inventory.models import Binding

WRITE = "Microsoft.Web/sites/write"
EVERYONE = "00000000-0000-0000-0000-000000000000"


def allowing() -> Binding:
    return Binding(principal="u1", principal_kind="user", actions=[WRITE], via="Owner", effect="allow", condition={})


def denying(principal: str = EVERYONE, kind: str = "everyone", action: str = WRITE, **condition: Any) -> Binding:
    return Binding(principal=principal, principal_kind=kind, actions=[action], effect="deny", condition=condition)


@pytest.mark.parametrize(
    ("denial", "certain"),
    [
        (denying(), None),
        (denying("u1", "user"), None),
        (denying(excepted=["u2"]), None),
        (denying(excepted=["u1"]), True),
        (denying(excepted=["g1"], excepts_groups=True), False),
        (denying(excepted=["u1", "g1"], excepts_groups=True), True),
        (denying("g1", "group"), False),
        (denying("u2", "user"), True),
        (denying(expression="ActionMatches{'*'}"), False),
        (denying(action="Microsoft.Web/sites/delete"), True),
        (denying(action="Microsoft.Web/sites/slots/write"), None),
    ],
)
def test_a_denial_takes_away_only_what_it_takes_for_certain(denial: Binding, certain: bool | None) -> None:
    found = [way.certain for way in _holding([allowing(), denial], _may_deploy)]
    assert found == ([] if certain is None else [certain])


def test_what_a_denial_may_take_away_says_so() -> None:
    (way,) = _holding([allowing(), denying("g1", "group")], _may_deploy)
    assert "deny assignment" in way.reason.condition
