"""The Azure engine against questions others answered."""

from typing import Any

import pytest

from findings.access.azure import (
    Request,
    Site,
    Trigger,
    decide,
    public_access,
    read_easy_auth,
    read_ip_rules,
    read_policies,
)
from findings.access.azure.actions import includes
from findings.access.azure.roles import bundled, read_permission
from findings.access.azure.scopes import reaches
from findings.access.ladder import Exposure
from findings.access.surface import Reach
from tests.findings.access.vectors import Vector, mismatches, read

pytestmark = pytest.mark.corpus


def test_every_vector_gets_the_expected_answer() -> None:
    wrong = mismatches(read("azure"), answer)
    assert not wrong, "\n".join(wrong)


def test_the_bundled_roles_answer_like_the_given_permissions() -> None:
    vectors = [vector for vector in read("azure") if vector["area"] == "role-action"]
    wrong = mismatches(vectors, lambda vector: by_bundled_role(vector["inputs"]))
    assert not wrong, "\n".join(wrong)


def answer(vector: Vector) -> Any:
    given = vector["inputs"]
    if vector["area"] == "role-action":
        permissions = map(read_permission, given["permissions"])
        return any(includes(one, given["action"], given["plane"] == "data") for one in permissions)
    if vector["area"] == "scope":
        return reaches(given["scope"], given["resource"], given.get("management_groups"))
    return anonymous_gets_through(given) if "trigger" in given else may(given)


def by_bundled_role(given: dict[str, Any]) -> bool:
    role = bundled(given["role_id"])
    return role is not None and any(
        includes(one, given["action"], given["plane"] == "data") for one in role.permissions
    )


def may(given: dict[str, Any]) -> bool | None:
    policies = read_policies(
        assignments=given["assignments"],
        denials=given.get("deny", ()),
        groups=given.get("groups"),
        management_groups=given.get("management_groups"),
    )
    action, data = given.get("action"), given.get("plane") == "data"
    if action is None:
        action, data = given["dataAction"], True
    return decide(Request(given["principal"], action, given["resource"], data), policies).allowed


def anonymous_gets_through(given: dict[str, Any]) -> bool:
    site = Site(
        state=given["state"],
        easy_auth=read_easy_auth(given["easyAuth"]),
        public_network_access=given["publicNetworkAccess"] or "",
        ip_rules=read_ip_rules(given.get("ipRules", ())),
        ip_default_action=given["ipDefaultAction"],
    )
    trigger = Trigger(given["trigger"], given["authLevel"] or "", given.get("path", ""), given.get("disabled", False))
    surface = public_access(trigger, site)
    return surface.level is Exposure.PUBLIC_ANONYMOUS and surface.reach is Reach.INTERNET and not surface.latent
