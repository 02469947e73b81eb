"""Rules about who may change a function, and who did."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from findings.catalogue import catalogue
from findings.example import AT, function, with_
from findings.rule import Judgement, Verdict, judge
from findings.rules._entrances import way_in
from findings.rules._worlds import NARROW, holding
from findings.seen import MOST_WAYS, Seen, SeenActivity, SeenBinding, SeenCodeChange, SeenPosture
from findings.severity import Severity

ROLE = "arn:aws:iam::123456789012:role/release"
ROBOT = "release@acme-data.iam.gserviceaccount.com"


def told(rule: str, seen: Seen) -> Judgement:
    found = judge(catalogue()[rule], seen)
    assert found is not None
    return found


def example(rule: str, cloud: str) -> Seen:
    return next(seen for seen in catalogue()[rule].fails if seen.provider == cloud)


def test_who_deploys_a_weak_function_gains_nothing() -> None:
    strong = example("weaker_deployer", "aws")
    weak = replace(holding("aws", NARROW, posture=strong.posture), account_identities=strong.account_identities)
    assert told("weaker_deployer", strong).verdict is Verdict.FAIL
    assert told("weaker_deployer", weak).verdict is Verdict.PASS


def test_google_refuses_a_deployer_who_may_not_attach_the_account() -> None:
    seen = example("weaker_deployer", "gcp")
    bare = tuple(
        replace(one, document={**one.document, "trust": {"document": {"bindings": []}}}) for one in seen.identities
    )
    assert told("weaker_deployer", with_(seen, identities=bare)).verdict is Verdict.PASS
    handing = replace(seen.posture, ways_to_deploy=(
        dict(seen.posture.ways_to_deploy[0]) | {"via": "projects/acme-data: roles/editor"},
    ))  # fmt: skip
    assert told("weaker_deployer", with_(seen, identities=bare, posture=handing)).verdict is Verdict.FAIL


def test_deployers_that_were_cut_off_are_not_a_pass() -> None:
    seen = example("weaker_deployer", "aws")
    ways = tuple(way_in("admins", principal=f"{ROLE}-{one}", level="same_account") for one in range(MOST_WAYS))
    crowded = with_(seen, posture=replace(seen.posture, ways_to_deploy=ways), account_identities={})
    assert told("weaker_deployer", crowded).verdict is Verdict.UNKNOWN


def test_a_stranger_who_reads_is_milder_than_one_who_changes() -> None:
    binding = SeenBinding("allUsers", "public", ("roles/cloudfunctions.viewer",), "function policy", source="checkout")
    seen = with_(
        function("gcp", posture=SeenPosture(deploy="same_account"), access={"policies": []}), bindings=(binding,)
    )
    assert told("public_deploy", seen).severity is Severity.MEDIUM
    invoking = replace(binding, actions=("roles/cloudfunctions.invoker",))
    assert told("public_deploy", with_(seen, bindings=(invoking,))).verdict is Verdict.PASS


def site(**sections: Any) -> Seen:
    return function("azure", config={"hosting": "Premium"}, **sections)


def test_publishing_policies_that_were_not_read_are_unknown() -> None:
    assert told("publishing_password", site(access={})).verdict is Verdict.UNKNOWN
    half = site(access={"publishing": {"scm": False}})
    assert told("publishing_password", half).verdict is Verdict.UNKNOWN, "FTP was not read"


@pytest.mark.parametrize(
    ("state", "refused", "expected"),
    [
        ("AllAllowed", None, Severity.HIGH),
        ("AllAllowed", False, Severity.LOW),
        ("FtpsOnly", None, Severity.LOW),
        ("Disabled", None, None),
    ],
)
def test_how_grave_ftp_is(state: str, refused: bool | None, expected: Severity | None) -> None:
    access = {"publishing": {} if refused is None else {"ftp": refused}}
    assert told("ftp_allowed", site(encryption={"ftps_state": state}, access=access)).severity is expected


def test_flex_consumption_offers_no_ftp() -> None:
    seen = function("azure", config={"hosting": "Flex Consumption"}, encryption={"ftps_state": ""})
    assert told("ftp_allowed", seen).verdict is Verdict.NOT_APPLICABLE


def test_an_app_of_which_azure_does_not_tell_is_unknown() -> None:
    assert told("remote_debugging", site()).verdict is Verdict.UNKNOWN
    assert told("console_access", function("azure", config={"os": "Linux"})).verdict is Verdict.UNKNOWN
    assert told("console_access", function("azure", config={"os": "Windows"})).verdict is Verdict.NOT_APPLICABLE


def changed(cloud: str, action: str, actor: str, kind: str, **more: Any) -> Seen:
    act = SeenActivity(AT - timedelta(days=1), action, actor, kind, **more)
    return with_(function(cloud, access={"policies": []}), activity=(act,), log_until=AT)


def test_looking_and_failing_change_nothing() -> None:
    looked = changed("aws", "lambda:GetFunction", "ann", "person")
    refused = changed("aws", "lambda:UpdateFunctionCode", "ann", "person", outcome="AccessDenied")
    assert told("changed_by_hand", looked).verdict is told("changed_by_hand", refused).verdict is Verdict.PASS


def test_a_change_of_code_by_hand_is_told_with_the_code() -> None:
    by_hand = changed("aws", "lambda:UpdateFunctionCode20150331v2", "ann", "person")
    assert told("changed_by_hand", by_hand).severity is Severity.MEDIUM
    change = SeenCodeChange(3, AT - timedelta(days=2), AT - timedelta(hours=12))
    assert told("changed_by_hand", with_(by_hand, code_changes=(change,))).verdict is Verdict.PASS
    permission = changed("aws", "lambda:AddPermission20150331v2", "ann", "person")
    assert told("changed_by_hand", with_(permission, code_changes=(change,))).verdict is Verdict.FAIL


def test_what_is_for_trial_may_be_changed_by_hand() -> None:
    seen = with_(changed("azure", "Microsoft.Web/sites/write", "ann@acme.example", "person"), tags={"env": "dev"})
    assert told("changed_by_hand", seen).severity is Severity.LOW


@pytest.mark.parametrize(
    ("known", "listings", "verdict"),
    [
        ({ROLE: "gone"}, {}, Verdict.FAIL),
        ({ROLE: "write"}, {"roles": "complete"}, Verdict.PASS),
        ({}, {"roles": "complete"}, Verdict.FAIL),
        ({}, {"roles": "denied"}, Verdict.UNKNOWN),
        ({}, {}, Verdict.UNKNOWN),
    ],
)
def test_who_changed_it_is_gone_only_where_roles_were_read(
    known: dict[str, str], listings: dict[str, str], verdict: Verdict
) -> None:
    session = "arn:aws:sts::123456789012:assumed-role/release/build-7"
    seen = changed("aws", "lambda:UpdateFunctionCode20150331v2", session, "role")
    assert told("deployer_gone", with_(seen, account_identities=known, listings=listings)).verdict is verdict


def test_roles_of_another_account_are_not_missed() -> None:
    session = "arn:aws:sts::999999999999:assumed-role/release/build-7"
    seen = changed("aws", "lambda:UpdateFunctionCode20150331v2", session, "role")
    assert told("deployer_gone", with_(seen, listings={"roles": "complete"})).verdict is Verdict.PASS


def test_a_deleted_account_that_still_holds_a_right_to_change_is_told() -> None:
    member = f"deleted:serviceAccount:{ROBOT}?uid=1"
    binding = SeenBinding(member, "deleted", ("roles/cloudfunctions.developer",), "project policy", source="projects/x")
    seen = with_(function("gcp", access={"policies": []}), bindings=(binding,), log_until=AT)
    judged = told("deployer_gone", seen)
    assert judged.severity is Severity.LOW and ROBOT in judged.evidence[0].says


def test_the_account_that_builds_counts_by_what_it_may_do() -> None:
    account = "700000000011-compute@developer.gserviceaccount.com"
    seen = function("gcp", code={"build": {"service_account": account}}, config={"package": "Source"})
    assert told("built_by_default_account", seen).severity is Severity.LOW
    strong = with_(seen, account_identities={account: "near-admin"})
    assert told("built_by_default_account", strong).severity is Severity.MEDIUM
    image = function("gcp", code={}, config={"package": "Image"})
    assert told("built_by_default_account", image).verdict is Verdict.NOT_APPLICABLE
