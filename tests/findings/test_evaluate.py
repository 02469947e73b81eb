"""Judging of what is stored: functions follow their roles, and what was not read is unknown, never safe."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from findings.evaluate import judge_account, judge_everything
from inventory.facts import Coverage, Grant, Observation, ReadState, Unread
from inventory.models import Account, IdentityPosture, Posture, Privilege
from inventory.record import open_scope
from tests.cast import (
    DAY_ONE,
    JANITOR_ROLE,
    NUMBER,
    PUBLIC_STATEMENT,
    REGION,
    SHARED_ROLE,
    access,
    allow,
    function,
    native_id,
    role,
    statement,
)

pytestmark = pytest.mark.django_db

Json = Any
HOUR = timedelta(hours=1)
READER_ROLE = f"arn:aws:iam::{NUMBER}:role/reader"
REFUSED = Unread("iam:ListRolePolicies was refused.", "iam:ListRolePolicies", "denied")
CALL = allow(["lambda:InvokeFunction"], "*")
READ = allow(["s3:GetObject"], "arn:aws:s3:::reports/*")


@pytest.fixture
def account() -> Account:
    return Account.objects.create(provider="aws", native_id=NUMBER, name="acme-prod")


def record(account: Account, scope: str, *seen: Observation, at: Any = DAY_ONE, listing: str = "functions") -> None:
    recorder = open_scope(account, scope, at)
    recorder.store(list(seen))
    recorder.close([Coverage(listing, ReadState.COMPLETE, count=len(seen), listing=True)])


def roles(account: Account, *seen: Observation, at: Any = DAY_ONE) -> None:
    record(account, "global", *seen, at=at, listing="roles")


def functions(account: Account, *seen: Observation, at: Any = DAY_ONE) -> None:
    record(account, REGION, *seen, at=at)


def judged(account: Account, name: str) -> Posture:
    """The posture of a function after everything was judged anew."""
    judge_account(account, DAY_ONE)
    return posture(name)


def posture(name: str) -> Posture:
    return Posture.objects.get(function__name=name)


def ways(found: Posture, action: str = "invoke") -> list[str]:
    return [way["principal"] for way in found.because[action]]


def unreadable(arn: str) -> Observation:
    seen = role(arn, "p", READ)
    kept = {name: told for name, told in seen.sections.items() if name != "policies"}
    return replace(seen, sections=kept, unread={"policies": REFUSED}, grants=None)


@pytest.mark.parametrize(
    ("body", "level"),
    [
        (allow(["*"], "*"), "admin"),
        (allow(["iam:PutRolePolicy"], "*"), "near-admin"),
        (allow(["s3:PutObject"], "arn:aws:s3:::reports/*"), "write"),
        (READ, "read"),
    ],
)
def test_a_function_may_what_its_role_may(account: Account, body: Json, level: str) -> None:
    roles(account, role(READER_ROLE, "p", body))
    functions(account, function("reports", READER_ROLE))
    found = judged(account, "reports")
    assert found.privilege == level
    assert found.privilege_rank == ["none", "read", "write", "near-admin", "admin"].index(level)


def test_a_role_without_any_policy_may_nothing(account: Account) -> None:
    roles(account, role(READER_ROLE, "p"))
    functions(account, function("reports", READER_ROLE))
    assert judged(account, "reports").privilege == "none"


def test_a_role_whose_policies_could_not_be_read_is_unknown(account: Account) -> None:
    roles(account, unreadable(READER_ROLE))
    functions(account, function("reports", READER_ROLE))
    assert judged(account, "reports").privilege == "unknown"
    row = IdentityPosture.objects.get()
    assert (row.privilege, row.privilege_rank) == ("unknown", None)
    assert row.unread


@pytest.mark.parametrize("seen", [[], [role(JANITOR_ROLE, "p", READ)]])
def test_a_role_that_is_not_there_is_unknown(account: Account, seen: list[Observation]) -> None:
    roles(account, *seen)
    functions(account, function("reports", READER_ROLE))
    assert judged(account, "reports").privilege == "unknown"


def test_a_function_without_an_identity_may_nothing_and_one_whose_identity_was_not_read_is_unknown(
    account: Account,
) -> None:
    unread = {"identity": Unread("Refused.")}
    functions(
        account,
        function("bare", "", identity={"identities": []}),
        function("hidden", READER_ROLE, unread=unread),
    )
    assert judged(account, "bare").privilege == "none"
    assert posture("hidden").privilege == "unknown"


def test_a_boundary_cuts_down_what_a_role_may(account: Account) -> None:
    seen = role(READER_ROLE, "p", allow(["*"], "*"))
    boundary = Grant("boundary", "arn:aws:iam::123456789012:policy/fence", "fence", statement(READ))
    roles(account, replace(seen, grants=(*(seen.grants or ()), boundary)))
    functions(account, function("reports", READER_ROLE))
    assert judged(account, "reports").privilege == "read"


def test_the_powers_of_an_identity_are_kept_with_what_gives_them(account: Account) -> None:
    roles(account, role(JANITOR_ROLE, "everything", allow(["*"], "*")), role(READER_ROLE, "p", READ))
    judge_account(account, DAY_ONE)
    read = Privilege.objects.get(identity__native_id=READER_ROLE)
    assert (read.power, read.via, read.conditional) == ("data_read", f"{READER_ROLE}/p: statement 1", False)
    assert READ["Resource"] in read.scope
    powers = Privilege.objects.filter(identity__native_id=JANITOR_ROLE)
    assert "admin" in set(powers.values_list("power", flat=True))


def test_judging_again_replaces_the_powers(account: Account) -> None:
    roles(account, role(READER_ROLE, "p", READ))
    judge_account(account, DAY_ONE)
    judge_account(account, DAY_ONE)
    assert Privilege.objects.count() == 1
    roles(account, role(READER_ROLE, "p"), at=DAY_ONE + HOUR)
    judge_account(account, DAY_ONE)
    assert not Privilege.objects.exists()
    assert IdentityPosture.objects.get().privilege == "none"


def test_identities_that_may_call_or_deploy_are_told(account: Account) -> None:
    deploy = allow(["lambda:UpdateFunctionCode"], native_id("checkout"))
    roles(account, role(JANITOR_ROLE, "calls", CALL), role(SHARED_ROLE, "deploys", deploy))
    functions(account, function("checkout", READER_ROLE), function("mailer", READER_ROLE))
    checkout = judged(account, "checkout")
    assert (checkout.invoke, checkout.deploy) == ("same_account", "same_account")
    assert (ways(checkout), ways(checkout, "deploy")) == ([JANITOR_ROLE], [SHARED_ROLE])
    assert posture("mailer").deploy == "none"


def test_an_identity_that_the_functions_own_policy_denies_is_left_out(account: Account) -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "lambda:*", "Resource": native_id("checkout")}
    roles(account, role(JANITOR_ROLE, "calls", CALL))
    functions(account, function("checkout", READER_ROLE, access=access(deny)))
    assert judged(account, "checkout").invoke == "none"
    assert ways(posture("checkout")) == []


def test_that_nobody_may_call_is_said_only_when_every_role_was_read(account: Account) -> None:
    functions(account, function("checkout", READER_ROLE))
    assert judged(account, "checkout").invoke == "unknown"
    roles(account, role(READER_ROLE, "p", READ))
    assert judged(account, "checkout").invoke == "none"
    roles(account, unreadable(JANITOR_ROLE), role(READER_ROLE, "p", READ), at=DAY_ONE + HOUR)
    assert judged(account, "checkout").invoke == "unknown"


@pytest.mark.parametrize(("section", "deploy"), [("access", "unknown"), ("entry_points", "none")])
def test_a_function_whose_policy_or_addresses_were_not_read_may_be_open(
    account: Account, section: str, deploy: str
) -> None:
    roles(account, role(READER_ROLE, "p", READ))
    functions(account, function("checkout", READER_ROLE, unread={section: Unread("Refused.")}, bindings=None))
    found = judged(account, "checkout")
    assert (found.invoke, found.deploy, found.invoke_rank) == ("unknown", deploy, None)
    assert found.because["unread"]


def test_public_is_certain_whatever_else_was_not_read(account: Account) -> None:
    anyone = {"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", "Resource": "*"}
    functions(account, function("thumbnails", READER_ROLE, access=access(anyone)))
    assert judged(account, "thumbnails").invoke == "public_authenticated"


OPEN = {"kind": "url", "url": "https://u", "auth": "NONE", "qualifier": "", "reach": "internet"}
VIA_URL = {**PUBLIC_STATEMENT, "Action": "lambda:InvokeFunction", "Condition": {
    "Bool": {"lambda:InvokedViaFunctionUrl": "true"}
}}  # fmt: skip


def at_address(statement: Json, **condition: Json) -> Json:
    return {**statement, "Condition": {**statement["Condition"], **condition}}


@pytest.mark.parametrize(
    ("statements", "entries", "invoke", "latent"),
    [
        ([], [], "none", False),
        ([], [OPEN], "none", True),
        ([PUBLIC_STATEMENT], [], "none", True),
        ([PUBLIC_STATEMENT], [{**OPEN, "auth": "AWS_IAM"}], "none", True),
        ([PUBLIC_STATEMENT], [OPEN], "public_anonymous", True),
        ([PUBLIC_STATEMENT, VIA_URL], [OPEN], "public_anonymous", False),
    ],
    ids=["closed", "url alone", "grant alone", "url asks to sign in", "one grant of two", "open"],
)
def test_what_is_granted_or_open_but_closed_on_the_other_side_is_latent(
    account: Account, statements: list[Json], entries: list[Json], invoke: str, latent: bool
) -> None:
    roles(account, role(READER_ROLE, "p", READ))
    seen = function("thumbnails", READER_ROLE, access=access(*statements), entry_points={"entry_points": entries})
    functions(account, seen)
    found = judged(account, "thumbnails")
    assert (found.invoke, found.latent) == (invoke, latent)


def test_a_url_that_is_open_to_some_addresses_is_open_and_not_latent(account: Account) -> None:
    office = {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}}
    both = access(at_address(PUBLIC_STATEMENT, **office), at_address(VIA_URL, **office))
    roles(account, role(READER_ROLE, "p", READ))
    functions(account, function("hooks", READER_ROLE, access=both, entry_points={"entry_points": [OPEN]}))
    found = judged(account, "hooks")
    assert (found.invoke, found.reach, found.latent) == ("external", "restricted", False)


def test_without_concurrency_what_is_public_is_latent(account: Account) -> None:
    public = access(PUBLIC_STATEMENT, VIA_URL)
    roles(account, role(READER_ROLE, "p", READ))
    functions(
        account,
        function(
            "thumbnails", READER_ROLE, access=public, entry_points={"entry_points": [OPEN]}, concurrency={"reserved": 0}
        ),
    )
    found = judged(account, "thumbnails")
    assert (found.invoke, found.latent) == ("none", True)
    assert "concurrency" in found.because["invoke"][0]["latent"]


def test_egress_is_told_and_unknown_where_the_network_was_not_read(account: Account) -> None:
    roles(account, role(READER_ROLE, "p", READ))
    closed = {"attached": True, "network": "vpc-1", "subnets": [{"id": "s-1"}], "security_groups": [{"id": "sg-1"}]}
    functions(
        account,
        function("outside", READER_ROLE, network={"attached": False}),
        function("inside", READER_ROLE, network=closed),
        function("hidden", READER_ROLE, unread={"network": Unread("ec2:DescribeSubnets was refused.")}),
    )
    judge_account(account, DAY_ONE)
    assert [posture(name).egress for name in ("outside", "inside", "hidden")] == ["internet", "none", "unknown"]
    functions(account, function("inside", READER_ROLE, unread={"network": Unread("Refused.")}), at=DAY_ONE + HOUR)
    assert judged(account, "inside").egress == "unknown", "what was read earlier may have changed"


def test_how_many_share_an_identity_stays_true_when_one_comes_or_goes(account: Account) -> None:
    roles(account, role(SHARED_ROLE, "p", READ))
    functions(account, function("mailer", SHARED_ROLE), function("invoices", SHARED_ROLE))
    assert judged(account, "mailer").shared_by == 2
    functions(account, function("mailer", SHARED_ROLE), at=DAY_ONE + HOUR)
    judge_account(account, DAY_ONE, only=[])
    assert posture("mailer").shared_by == 1


def test_a_malformed_policy_is_unknown_and_stops_nothing(account: Account) -> None:
    broken = {"Effect": "Perhaps", "Principal": "*", "Action": "lambda:InvokeFunction", "Resource": "*"}
    roles(account, role(READER_ROLE, "p", READ))
    functions(account, function("broken", READER_ROLE, access=access(broken)), function("checkout", READER_ROLE))
    assert judged(account, "broken").invoke == "unknown"
    assert posture("checkout").invoke == "none"


def test_a_role_that_gains_admin_is_seen_at_its_functions_when_the_reading_is_recorded(
    account: Account, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        roles(account, role(READER_ROLE, "p", READ))
        functions(account, function("reports", READER_ROLE))
    assert posture("reports").privilege == "read"
    with django_capture_on_commit_callbacks(execute=True):
        roles(account, role(READER_ROLE, "p", READ, allow(["*"], "*")), at=DAY_ONE + HOUR)
    assert posture("reports").privilege == "admin"
    assert posture("reports").at == DAY_ONE + HOUR


def test_a_reading_that_found_nothing_new_judges_nothing(
    account: Account, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    for at in (DAY_ONE, DAY_ONE + HOUR):
        with django_capture_on_commit_callbacks(execute=True):
            roles(account, role(READER_ROLE, "p", READ), at=at)
            functions(account, function("reports", READER_ROLE), at=at)
    assert posture("reports").at == DAY_ONE


def test_a_changed_function_is_judged_without_the_others(
    account: Account, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        roles(account, role(READER_ROLE, "p", READ))
        functions(account, function("reports", READER_ROLE), function("checkout", READER_ROLE))
    opened = function("checkout", READER_ROLE, access=access(PUBLIC_STATEMENT, VIA_URL),
                      entry_points={"entry_points": [OPEN]})  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        functions(account, function("reports", READER_ROLE), opened, at=DAY_ONE + HOUR)
    assert posture("checkout").invoke == "public_anonymous"
    assert (posture("checkout").at, posture("reports").at) == (DAY_ONE + HOUR, DAY_ONE)


def test_an_account_of_a_cloud_without_a_judge_is_passed_over() -> None:
    Account.objects.create(provider="other", native_id="1", name="elsewhere")
    [(_, done)] = judge_everything(DAY_ONE)
    assert not done


def test_what_a_dying_worker_stored_and_did_not_judge_is_judged_with_the_next_reading(
    account: Account, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    def read(at: datetime, judged: bool) -> None:
        with django_capture_on_commit_callbacks(execute=judged):
            roles(account, role(READER_ROLE, "p", READ), at=at)
            functions(account, function("reports", READER_ROLE), at=at)

    read(DAY_ONE, judged=False)
    assert not Posture.objects.exists()
    read(DAY_ONE + HOUR, judged=True)
    assert posture("reports").privilege == "read", "although nothing had changed"
    read(DAY_ONE + 2 * HOUR, judged=True)
    assert posture("reports").at == DAY_ONE + HOUR, "and then it is done"
