"""The order of evaluation, one rule a test. Home is the account of most; Away is another one."""

from dataclasses import replace
from typing import Any

import pytest

from findings.access.aws import NamedPolicy, Policies, Request, decide
from findings.access.decision import Effect, Outcome

HOME, AWAY = "111122223333", "444455556666"
APP = f"arn:aws:iam::{HOME}:role/team/app"
SESSION = f"arn:aws:sts::{HOME}:assumed-role/app/one"
ANA = f"arn:aws:iam::{HOME}:user/ana"
ROOT = f"arn:aws:iam::{HOME}:root"
QUEUE = f"arn:aws:sqs:eu-west-1:{HOME}:jobs"
FAR_QUEUE = f"arn:aws:sqs:eu-west-1:{AWAY}:jobs"
KEY = f"arn:aws:kms:eu-west-1:{HOME}:key/1"
ROLE = f"arn:aws:iam::{HOME}:role/target"

ALLOWED, IF = Outcome.ALLOWED, Outcome.ALLOWED_IF
EXPLICIT, IMPLICIT = Outcome.DENIED_EXPLICIT, Outcome.DENIED_IMPLICIT


def policy(*statements: dict[str, Any], name: str = "p") -> NamedPolicy:
    return NamedPolicy(name, {"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def hanging(principal: Any, **more: Any) -> tuple[NamedPolicy, ...]:
    """A resource policy that allows everything to a principal."""
    return (policy(allow(Principal=principal, **more), name="resource"),)


def send(policies: Policies, principal: str = APP, resource: str | None = QUEUE, **more: Any) -> Outcome:
    return decide(Request(principal, "sqs:SendMessage", resource, **more), policies).outcome


FULL = Policies(identity=(policy(allow()),))
NOTHING = Policies()


def test_nothing_is_allowed_by_default() -> None:
    decision = decide(Request(APP, "sqs:SendMessage", QUEUE), NOTHING)
    assert (decision.outcome, decision.because, decision.unless) == (IMPLICIT, (), ())


def test_an_identity_policy_allows_and_is_named() -> None:
    decision = decide(Request(APP, "sqs:SendMessage", QUEUE), FULL)
    assert decision.outcome is ALLOWED
    assert [(reason.effect, reason.source) for reason in decision.because] == [(Effect.ALLOW, "p")]
    assert "Allow * on *" in decision.because[0].says


@pytest.mark.parametrize("layer", ["identity", "resource", "boundary", "session", "scps", "rcps"])
def test_an_explicit_deny_anywhere_wins(layer: str) -> None:
    both = policy(allow(Principal="*"), deny(Principal="*"), name="denying")
    plain = policy(allow(), deny(), name="denying")
    shapes: dict[str, Any] = {
        "identity": (plain,),
        "resource": (both,),
        "boundary": plain,
        "session": (plain,),
        "scps": ((plain,),),
        "rcps": ((both,),),
    }
    policies = replace(replace(FULL, resource=hanging("*")), **{layer: shapes[layer]})
    decision = decide(Request(APP, "sqs:SendMessage", QUEUE), policies)
    assert decision.outcome is EXPLICIT
    assert [reason.source for reason in decision.because] == ["denying"]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow("SQS:sendmessage"), ALLOWED),
        (allow("sqs:Send*"), ALLOWED),
        (allow("sqs:?endMessage"), ALLOWED),
        (allow("sqs:Receive*"), IMPLICIT),
        (allow(resource=QUEUE.upper()), IMPLICIT),
        (allow(resource=f"arn:aws:sqs:*:{HOME}:job?"), ALLOWED),
        (allow(resource=[FAR_QUEUE, QUEUE]), ALLOWED),
        ({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}, ALLOWED),
        ({"Effect": "Allow", "NotAction": "sqs:*", "Resource": "*"}, IMPLICIT),
        ({"Effect": "Allow", "Action": "*", "NotResource": FAR_QUEUE}, ALLOWED),
        ({"Effect": "Allow", "Action": "*", "NotResource": f"arn:aws:sqs:*:{HOME}:*"}, IMPLICIT),
    ],
)
def test_actions_and_resources(statement: dict[str, Any], expected: Outcome) -> None:
    assert send(Policies(identity=(policy(statement),))) is expected


def test_a_deny_with_not_action_or_not_resource_hits_the_rest() -> None:
    both = (policy(allow(), {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}),)
    assert send(Policies(identity=both)) is EXPLICIT
    spared = (policy(allow(), {"Effect": "Deny", "Action": "*", "NotResource": QUEUE}),)
    assert send(Policies(identity=spared)) is ALLOWED


def test_conditions_nobody_can_decide_leave_the_answer_open() -> None:
    guarded = Policies(identity=(policy(allow(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})),))
    decision = decide(Request(APP, "sqs:SendMessage", QUEUE), guarded)
    assert decision.outcome is IF and "aws:sourceip" in decision.unless[0].condition
    assert send(guarded, context={"aws:SourceIp": "10.1.1.1"}) is ALLOWED
    assert send(guarded, context={"aws:SourceIp": "8.8.8.8"}) is IMPLICIT
    assert send(guarded, complete=True) is IMPLICIT


def test_a_deny_nobody_can_decide_leaves_an_allow_open() -> None:
    guarded = Policies(identity=(policy(allow(), deny(Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})),))
    decision = decide(Request(APP, "sqs:SendMessage", QUEUE), guarded)
    assert decision.outcome is IF
    assert [reason.effect for reason in decision.unless] == [Effect.DENY]
    assert send(guarded, complete=True) is ALLOWED


def test_what_follows_from_the_caller_is_known() -> None:
    tied = Policies(identity=(policy(allow(Condition={"StringEquals": {"aws:PrincipalAccount": HOME}})),))
    assert send(tied) is ALLOWED
    arn = Policies(identity=(policy(allow(Condition={"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{AWAY}:*"}})),))
    assert send(arn) is IMPLICIT
    own = Policies(identity=(policy(allow(resource="arn:aws:sqs:*:*:${aws:username}")),))
    assert send(own, principal=ANA, resource=f"arn:aws:sqs:r:{HOME}:ana") is ALLOWED
    assert send(own, principal=ANA, resource=f"arn:aws:sqs:r:{HOME}:bob") is IMPLICIT
    assert send(own, principal=APP, resource=f"arn:aws:sqs:r:{HOME}:ana") is IMPLICIT


def test_in_one_account_either_side_suffices() -> None:
    assert send(replace(FULL, resource=())) is ALLOWED
    assert send(Policies(resource=hanging({"AWS": APP}))) is ALLOWED
    assert send(Policies(resource=hanging("*"))) is ALLOWED
    assert send(Policies(resource=hanging({"AWS": ANA}))) is IMPLICIT


@pytest.mark.parametrize("account", [HOME, ROOT])
def test_naming_the_account_only_passes_the_right_on(account: str) -> None:
    assert send(Policies(resource=hanging({"AWS": account}))) is IMPLICIT
    assert send(replace(FULL, resource=hanging({"AWS": account}))) is ALLOWED
    assert send(Policies(resource=hanging({"AWS": account})), principal=ROOT) is ALLOWED


def test_across_accounts_both_sides_must_allow() -> None:
    for principal in (APP, HOME, ROOT, "*"):
        shared = hanging({"AWS": principal})
        assert send(replace(FULL, resource=shared), resource=FAR_QUEUE) is ALLOWED
        assert send(Policies(resource=shared), resource=FAR_QUEUE) is IMPLICIT
    assert send(replace(FULL, resource=()), resource=FAR_QUEUE) is IMPLICIT
    assert send(replace(FULL, resource=hanging({"AWS": AWAY})), resource=FAR_QUEUE) is IMPLICIT


def test_a_resource_policy_not_looked_at_leaves_the_callers_side() -> None:
    assert send(FULL, resource=FAR_QUEUE) is ALLOWED


def test_the_owner_of_a_bucket_is_told_apart_by_the_request() -> None:
    bucket = Request(APP, "s3:GetObject", "arn:aws:s3:::data/x", resource_account=AWAY)
    assert decide(bucket, replace(FULL, resource=())).outcome is IMPLICIT
    assert decide(replace(bucket, resource_account=None), replace(FULL, resource=())).outcome is ALLOWED


SMALL = policy(allow("s3:*"), name="boundary")


def test_a_boundary_limits_identity_policies() -> None:
    decision = decide(Request(APP, "sqs:SendMessage", QUEUE), replace(FULL, boundary=SMALL))
    assert decision.outcome is IMPLICIT
    assert [(r.effect, r.source) for r in decision.because] == [(Effect.LIMIT, "permissions boundary")]
    assert send(Policies(boundary=policy(allow()))) is IMPLICIT, "a boundary by itself grants nothing"


def test_a_boundary_limits_a_resource_policy_that_names_the_role_only() -> None:
    bounded = Policies(boundary=SMALL)
    assert send(replace(bounded, resource=hanging({"AWS": APP}))) is IMPLICIT
    assert send(replace(bounded, resource=hanging({"AWS": APP})), principal=SESSION) is IMPLICIT
    assert send(replace(bounded, resource=hanging({"AWS": SESSION})), principal=SESSION) is ALLOWED
    assert send(replace(bounded, resource=hanging({"AWS": ANA})), principal=ANA) is ALLOWED
    assert send(replace(bounded, resource=hanging("*"))) is ALLOWED


def test_a_session_policy_limits_too() -> None:
    assert send(replace(FULL, session=(policy(allow("s3:*")),)), principal=SESSION) is IMPLICIT
    assert send(replace(FULL, session=(policy(allow("sqs:*")),)), principal=SESSION) is ALLOWED


def test_every_level_of_the_organisation_must_allow() -> None:
    everything, storage = (policy(allow()),), (policy(allow("s3:*")),)
    assert send(replace(FULL, scps=(everything, everything))) is ALLOWED
    assert send(replace(FULL, scps=(everything, storage))) is IMPLICIT
    assert send(replace(FULL, scps=(everything, ()))) is IMPLICIT
    assert send(Policies(resource=hanging({"AWS": ANA}), scps=(storage,)), principal=ANA) is IMPLICIT


def test_service_linked_roles_are_outside_organisation_policies() -> None:
    linked = f"arn:aws:iam::{HOME}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
    assert send(replace(FULL, scps=((policy(deny()),),)), principal=linked) is ALLOWED


def test_resource_control_policies_hold_for_strangers_too() -> None:
    rcp = policy(
        allow(Principal="*"), deny(Principal="*", Condition={"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}})
    )
    open_to_all = Policies(resource=hanging("*"), rcps=((rcp,),))
    assert send(open_to_all, principal="*") is EXPLICIT
    assert (
        send(Policies(resource=hanging({"Service": "sns.amazonaws.com"}), rcps=((rcp,),)), "sns.amazonaws.com")
        is ALLOWED
    )


def test_services_and_anonymous_callers_have_the_resource_policy_only() -> None:
    service = Policies(resource=hanging({"Service": "sns.amazonaws.com"}))
    assert send(service, principal="sns.amazonaws.com") is ALLOWED
    assert send(service, principal="s3.amazonaws.com") is IMPLICIT
    assert send(service, principal="*") is IMPLICIT
    assert send(Policies(resource=hanging("*")), principal="*") is ALLOWED
    assert send(Policies(resource=hanging({"AWS": HOME})), principal="*") is IMPLICIT
    assert send(Policies(), principal="*") is IF, "a resource policy not looked at is not a refusal"


def test_anonymous_callers_have_no_account() -> None:
    tied = hanging("*", Condition={"StringEquals": {"aws:PrincipalAccount": HOME}})
    assert send(Policies(resource=tied), principal="*") is IMPLICIT
    loose = hanging("*", Condition={"StringEqualsIfExists": {"aws:PrincipalAccount": HOME}})
    assert send(Policies(resource=loose), principal="*") is ALLOWED


def test_role_trust_is_needed_in_the_own_account_too() -> None:
    def assume(policies: Policies) -> Outcome:
        return decide(Request(APP, "sts:AssumeRole", ROLE), policies).outcome

    assert assume(replace(FULL, resource=hanging({"AWS": HOME}))) is ALLOWED
    assert assume(Policies(resource=hanging({"AWS": APP}))) is ALLOWED
    assert assume(replace(FULL, resource=hanging({"Service": "lambda.amazonaws.com"}))) is IMPLICIT
    assert assume(Policies(resource=hanging({"AWS": HOME}))) is IMPLICIT


def test_a_key_policy_is_needed_too() -> None:
    def decrypt(policies: Policies) -> Outcome:
        return decide(Request(APP, "kms:Decrypt", KEY), policies).outcome

    assert decrypt(replace(FULL, resource=hanging({"AWS": ROOT}))) is ALLOWED
    assert decrypt(replace(FULL, resource=hanging({"AWS": ANA}))) is IMPLICIT
    assert decrypt(Policies(resource=hanging({"AWS": APP}))) is ALLOWED
    assert decide(Request(APP, "kms:ListKeys"), replace(FULL, resource=())).outcome is ALLOWED


def test_not_principal() -> None:
    sparing = (policy({**deny(), "NotPrincipal": {"AWS": [APP, ROOT]}}),)
    assert send(replace(FULL, resource=sparing)) is ALLOWED
    assert send(replace(FULL, resource=sparing), principal=f"arn:aws:iam::{AWAY}:role/x") is EXPLICIT
    wide = (policy({**allow(), "NotPrincipal": {"AWS": ANA}}),)
    assert send(Policies(resource=wide), principal="*") is ALLOWED
    assert send(Policies(resource=wide), principal=ANA) is IMPLICIT


def test_a_session_is_its_role_whatever_the_path() -> None:
    assert send(Policies(resource=hanging({"AWS": APP})), principal=SESSION) is ALLOWED
    other = f"arn:aws:iam::{HOME}:role/team/other"
    assert send(Policies(resource=hanging({"AWS": other})), principal=SESSION) is IMPLICIT


def test_the_root_of_an_account_needs_no_identity_policy() -> None:
    assert send(Policies(resource=()), principal=HOME) is ALLOWED
    assert send(Policies(scps=((policy(allow("s3:*")),),)), principal=ROOT) is IMPLICIT


@pytest.mark.parametrize("layer", ["identity", "boundary", "session", "scps", "rcps"])
def test_what_could_not_be_read_is_never_an_answer(layer: str) -> None:
    base = NOTHING if layer == "identity" else FULL
    decision = decide(Request(APP, "sqs:SendMessage", QUEUE), replace(base, unread=frozenset({layer})))
    assert decision.outcome is IF
    assert any("could not be read" in reason.says for reason in decision.unless)


def test_an_unread_resource_policy_may_still_allow() -> None:
    unread = Policies(resource=(), unread=frozenset({"resource"}))
    assert send(unread) is IF
    assert send(replace(unread, identity=FULL.identity)) is ALLOWED
    assert send(replace(unread, identity=FULL.identity), resource=FAR_QUEUE) is IF


def test_a_pattern_asks_for_some_resource() -> None:
    one = Policies(identity=(policy(allow("sqs:*", QUEUE)),))
    assert send(one, resource=None) is ALLOWED
    assert send(one, resource=f"arn:aws:sqs:*:{HOME}:*") is ALLOWED
    assert send(one, resource=f"arn:aws:sqs:*:{AWAY}:*") is IMPLICIT
    partly = Policies(identity=(policy(allow(), deny(resource=QUEUE)),))
    assert send(partly, resource=None) is ALLOWED, "there are other queues"
    assert (
        send(Policies(identity=(policy(allow(resource=QUEUE), deny(resource=f"{QUEUE[:-1]}*")),)), resource=None)
        is EXPLICIT
    )


def test_a_deny_of_all_but_some_leaves_those() -> None:
    sparing = {"Effect": "Deny", "Action": "*", "NotResource": QUEUE}
    assert send(Policies(identity=(policy(allow(), sparing),)), resource=None) is ALLOWED
    assert send(Policies(identity=(policy(allow(), sparing),)), resource=FAR_QUEUE) is EXPLICIT


def test_layers_meet_in_a_narrower_resource() -> None:
    wide = replace(FULL, boundary=policy(allow("sqs:*", QUEUE)))
    assert send(wide, resource=None) is ALLOWED
    apart = Policies(identity=(policy(allow(resource=FAR_QUEUE)),), boundary=policy(allow(resource=QUEUE)))
    assert send(apart, resource=None) is IMPLICIT


def test_whoever_holds_the_policies_may_be_asked_about() -> None:
    assert decide(Request(None, "s3:GetObject"), FULL).outcome is ALLOWED
    tied = Policies(identity=(policy(allow(Condition={"StringEquals": {"aws:PrincipalAccount": HOME}})),))
    assert decide(Request(None, "s3:GetObject"), tied).outcome is IF


@pytest.mark.parametrize("text", ["someone", "arn:aws:s3:::bucket", "12345", "arn:aws:iam::x:role/y"])
def test_a_principal_nobody_can_be_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a principal"):
        decide(Request(text, "s3:GetObject", "*"), FULL)
