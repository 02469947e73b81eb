"""Who gets into a function app, by what is stored of it: keys, sign-in, certificates, passwords, assignments."""

from __future__ import annotations

from typing import Any

import pytest

from findings.evaluate import judge_account
from inventory.facts import Binding, Coverage, Grant, Kind, Observation, ReadState, Statement, Unread
from inventory.history import canonical, digest
from inventory.models import Account, IdentityPosture, Posture
from inventory.record import open_scope
from tests.cast import DAY_ONE

pytestmark = pytest.mark.django_db

Json = Any
SUBSCRIPTION = "5a000000-0000-4000-8000-000000000077"
APP = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg/providers/microsoft.web/sites/app"
ROBOT, STRANGER = "0b000000-0000-4000-8000-000000000001", "0b000000-0000-4000-8000-000000000002"
LIST_KEYS = "Microsoft.Web/sites/host/listkeys/action"
WRITE = "Microsoft.Web/sites/write"
OFF: Json = {"easy_auth": {}, "client_certificates": {"enabled": False}}


@pytest.fixture
def account() -> Account:
    return Account.objects.create(provider="azure", native_id=SUBSCRIPTION, name="shop")


def http(level: str = "anonymous", path: str = "/api/hook") -> Json:
    detail = {"type": "httpTrigger", "auth_level": level, "path": path}
    return {"triggers": [{"kind": "http", "state": "enabled", "qualifier": "hook", "detail": detail}]}


def record(account: Account, scope: str, seen: Observation) -> None:
    recorder = open_scope(account, scope, DAY_ONE)
    recorder.store([seen])
    recorder.close([Coverage(seen.listing, ReadState.COMPLETE, count=1, listing=True)])


def judged(
    account: Account, *bindings: Binding, unread: tuple[str, ...] = (), identities: Json = (), **sections: Json
) -> Posture:
    """The posture of an app that anybody may call, with other sections or without those that are unread."""
    told = {
        "config": {"kind": "Function App", "state": "Running"}, "access": OFF, "triggers": http(),
        "identity": {"identities": list(identities)},
        "network": {"attached": False, "public_access": "Enabled", "ingress": [], "endpoints": []}, **sections,
    }  # fmt: skip
    record(account, "functions", Observation(
        Kind.FUNCTION, APP, "app", "westeurope", "functions", {k: v for k, v in told.items() if k not in unread},
        unread={name: Unread("Refused.") for name in unread}, bindings=bindings,
    ))  # fmt: skip
    judge_account(account, DAY_ONE)
    return Posture.objects.get()


def holds(*actions: str, who: str = STRANGER, kind: str = "user", **about: Any) -> Binding:
    return Binding(who, kind, actions, "Some role at the subscription", source="/a/1", **about)


def test_anonymous_without_sign_in_is_public(account: Account) -> None:
    found = judged(account)
    assert (found.invoke, found.deploy, found.reach, found.egress) == (
        "public_anonymous", "none", "internet", "internet"
    )  # fmt: skip


def test_a_key_stands_for_the_subscription(account: Account) -> None:
    assert judged(account, triggers=http("function")).invoke == "same_account"


@pytest.mark.parametrize("part", ["access", "triggers"])
def test_what_was_not_read_may_be_open(account: Account, part: str) -> None:
    assert judged(account, unread=(part,)).invoke == "unknown"


def test_sign_in_that_was_not_read_may_be_off(account: Account) -> None:
    found = judged(account, access={"client_certificates": {"enabled": False}})
    assert found.invoke == "unknown"
    assert "not read" in found.because["invoke"][0]["condition"]


def test_whose_certificate_it_must_be_is_for_the_code_to_say(account: Account) -> None:
    asked = OFF | {"client_certificates": {"enabled": True, "mode": "Required"}}
    assert judged(account, access=asked).invoke == "unknown"
    optional = OFF | {"client_certificates": {"enabled": True, "mode": "OptionalInteractiveUser"}}
    assert judged(account, access=optional).invoke == "public_anonymous"


def test_the_older_sign_in_counts_while_it_is_in_force(account: Account) -> None:
    older = {"enabled": True, "unauthenticatedClientAction": "RedirectToLoginPage",
             "issuer": "https://sts.windows.net/7c1d2a34-0000-4000-8000-1a2b3c4d5e6f/", "clientId": "c"}  # fmt: skip
    assert judged(account, access=OFF | {"classic_auth": older}).invoke != "public_anonymous"


def test_from_where_it_is_reached(account: Account) -> None:
    open_way = {"attached": False, "public_access": "", "ingress": []}
    assert judged(account, network=open_way | {"endpoints": [{"state": "Approved"}]}).reach == "private"
    assert judged(account, network=open_way).reach == "unknown", "whether there is a private endpoint was not read"
    environment = open_way | {"endpoints": [], "environment": "/hosting/ase"}
    assert judged(account, network=environment).reach == "unknown"


def test_who_may_list_keys_or_write_may_call_and_deploy(account: Account) -> None:
    found = judged(account, holds(LIST_KEYS), triggers=http("function"))
    assert found.deploy == "same_account"
    assert [way["kind"] for way in found.because["deploy"]] == ["user"]
    assert STRANGER in [way["principal"] for way in found.because["invoke"]]


def test_a_slot_has_actions_of_its_own(account: Account) -> None:
    assert judged(account, holds("Microsoft.Web/sites/slots/config/write")).deploy == "same_account"


@pytest.mark.parametrize("action", ["Microsoft.Web/sites/config/list/action", "Microsoft.Web/sites/delete"])
def test_reading_settings_or_deleting_is_no_deployment(account: Account, action: str) -> None:
    assert judged(account, holds(action)).deploy == "none"


def test_a_group_of_another_tenant_is_external(account: Account) -> None:
    assert judged(account, holds(WRITE, kind="foreign group")).deploy == "external"


def test_a_role_nobody_could_read_may_give_anything(account: Account) -> None:
    assert judged(account, holds("role 4711")).deploy == "unknown"


def test_a_deny_assignment_takes_away_but_not_from_those_it_excepts(account: Account) -> None:
    denial = holds(WRITE, who="00000000-0000-0000-0000-000000000000", kind="everyone", effect="deny")
    assert judged(account, holds(WRITE), denial).deploy == "none"
    excepting = holds(WRITE, who="00000000-0000-0000-0000-000000000000", kind="everyone", effect="deny",
                      condition={"excepted": [STRANGER]})  # fmt: skip
    assert judged(account, holds(WRITE), excepting).deploy == "same_account"


def test_passwords_for_deployments_are_a_way_in(account: Account) -> None:
    found = judged(account, access=OFF | {"publishing": {"ftp": True, "scm": False}})
    assert found.deploy == "same_account"
    assert [(way["kind"], "FTP" in way["via"]) for way in found.because["deploy"]] == [("holder", True)]


def robot(*grants: Grant, unread: bool = False) -> Observation:
    sections: dict[str, Json] = {
        "directory": {"graph": [], "applications": [], "roles": [], "groups": []},
        "policies": {"policies": []},
    }
    return Observation(
        Kind.IDENTITY, ROBOT, "robot", "westeurope", "identities",
        {name: told for name, told in sections.items() if not (unread and name == "policies")},
        unread={"policies": Unread("Refused.")} if unread else {}, grants=None if unread else grants,
    )  # fmt: skip


def assigned(source: str, *actions: str, kind: str = "assignment", scope: str = "", **more: Json) -> Grant:
    body = canonical({"actions": list(actions), "notActions": [], "dataActions": [], "notDataActions": [], **more})
    told = Statement("deny" if kind == "deny" else "allow", actions, False, body, digest(body))
    return Grant(kind, f"/a/{source}", source, told, scope or f"/subscriptions/{SUBSCRIPTION}")


@pytest.mark.parametrize(
    ("grants", "level"),
    [
        ((assigned("owner", "*"),), "admin"),
        ((assigned("owner", "*", scope="/"),), "admin"),
        ((assigned("reader", "*/read"),), "read"),
        ((assigned("writer", "Microsoft.Storage/storageAccounts/write"),), "write"),
        ((assigned("owner", "*"), assigned("locked", "*", kind="deny")), "unknown"),
    ],
)
def test_an_identity_may_what_is_assigned_less_what_is_denied(
    account: Account, grants: tuple[Grant, ...], level: str
) -> None:
    record(account, "identities", robot(*grants))
    found = judged(account, identities=[{"id": ROBOT, "assigned": "system"}])
    told = found.privilege
    assert told == level if level != "unknown" else told not in ("admin", "near-admin")


def test_two_permission_sets_of_one_role_are_one_assignment(account: Account) -> None:
    record(account, "identities", robot(assigned("two", "*/read"), assigned("two", "Microsoft.Web/sites/write")))
    judge_account(account, DAY_ONE)
    assert "deploy_code" in IdentityPosture.objects.get().classes


def test_the_strongest_of_several_identities_counts_and_an_unknown_one_hides_the_rest(account: Account) -> None:
    record(account, "identities", robot(assigned("reader", "*/read")))
    assert judged(account, identities=[{"id": ROBOT}]).privilege == "read"
    assert judged(account, identities=[{"id": ROBOT}, {"id": STRANGER}]).privilege == "unknown"


def test_assignments_that_could_not_be_read_are_unknown(account: Account) -> None:
    record(account, "identities", robot(unread=True))
    assert judged(account, identities=[{"id": ROBOT}]).privilege == "unknown"
    assert judged(account, identities=[]).privilege == "none"
