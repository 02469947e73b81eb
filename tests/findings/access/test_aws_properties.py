"""What holds for any AWS policies: denies never grant, fewer allows never grant more, wider ones never grant less."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from findings.access.aws import NamedPolicy, Policies, Request, decide, public_access
from findings.access.decision import Outcome

HOME, AWAY = "111122223333", "444455556666"
RANKS = {Outcome.DENIED_EXPLICIT: 0, Outcome.DENIED_IMPLICIT: 0, Outcome.ALLOWED_IF: 1, Outcome.ALLOWED: 2}

ACTIONS = ["s3:GetObject", "s3:Get*", "s3:*", "*", "sqs:*", "s3:?etObject"]
RESOURCES = ["*", "arn:aws:s3:::data/*", "arn:aws:s3:::data/x", "arn:aws:s3:::d*/x", "arn:aws:s3:::other/*"]
PRINCIPALS: list[Any] = [
    "*",
    {"AWS": HOME},
    {"AWS": AWAY},
    {"AWS": f"arn:aws:iam::{HOME}:role/app"},
    {"Service": "sns.amazonaws.com"},
]
CONDITIONS: list[Any] = [
    {},
    {"StringEquals": {"aws:PrincipalAccount": HOME}},
    {"StringNotEquals": {"aws:PrincipalAccount": HOME}},
    {"StringEquals": {"aws:PrincipalOrgID": "o-ours000000"}},
    {"Bool": {"aws:SecureTransport": "true"}},
    {"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}},
    {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
]


def statements(effect: st.SearchStrategy[str], *, with_principal: bool) -> st.SearchStrategy[dict[str, Any]]:
    def build(effect: str, action: list[str], resource: list[str], principal: Any, condition: Any) -> dict[str, Any]:
        built = {"Effect": effect, "Action": action, "Resource": resource, "Condition": condition}
        return {**built, "Principal": principal} if with_principal else built

    some = st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=2)
    places = st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2)
    return st.builds(build, effect, some, places, st.sampled_from(PRINCIPALS), st.sampled_from(CONDITIONS))


either = st.sampled_from(["Allow", "Allow", "Deny"])
identity_statements = st.lists(statements(either, with_principal=False), max_size=4)
resource_statements = st.lists(statements(either, with_principal=True), max_size=4)
denies = statements(st.just("Deny"), with_principal=True)
requests = st.builds(
    Request,
    st.sampled_from([f"arn:aws:iam::{HOME}:role/app", f"arn:aws:iam::{AWAY}:user/ana", "sns.amazonaws.com", "*"]),
    st.sampled_from(["s3:GetObject", "s3:PutObject", "sqs:SendMessage"]),
    st.sampled_from(["arn:aws:s3:::data/x", "arn:aws:s3:::data/*", None]),
    st.sampled_from([{}, {"aws:SecureTransport": "true"}, {"aws:SourceIp": "10.1.1.1"}]),
    st.booleans(),
    st.just(HOME),
)


def policy(found: list[dict[str, Any]], name: str = "p") -> NamedPolicy:
    return NamedPolicy(name, {"Version": "2012-10-17", "Statement": found})


def policies(
    identity: list[dict[str, Any]], resource: list[dict[str, Any]], boundary: list[dict[str, Any]] | None
) -> Policies:
    limit = policy(boundary) if boundary is not None else None
    return Policies(identity=(policy(identity),), resource=(policy(resource),), boundary=limit)


estates = st.builds(policies, identity_statements, resource_statements, st.none() | identity_statements)


def rank(request: Request, given_policies: Policies) -> int:
    return RANKS[decide(request, given_policies).outcome]


def without_principal(statement: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in statement.items() if key != "Principal"}


@settings(deadline=None)
@given(requests, estates, denies, st.sampled_from(["identity", "resource", "session", "boundary"]))
def test_another_deny_never_grants(request: Request, estate: Policies, deny: dict[str, Any], layer: str) -> None:
    before = rank(request, estate)
    if layer == "resource":
        after = replace(estate, resource=(*(estate.resource or ()), policy([deny])))
    elif layer == "identity":
        after = replace(estate, identity=(*estate.identity, policy([without_principal(deny)])))
    else:
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        limit = policy([everything, without_principal(deny)])
        if layer == "boundary" and estate.boundary is not None:
            return
        after = replace(estate, boundary=limit) if layer == "boundary" else replace(estate, session=(limit,))
    assert rank(request, after) <= before


@settings(deadline=None)
@given(requests, identity_statements, resource_statements, st.data())
def test_fewer_allows_never_grant_more(
    request: Request, identity: list[dict[str, Any]], resource: list[dict[str, Any]], data: st.DataObject
) -> None:
    def fewer(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [one for one in found if one["Effect"] == "Deny" or data.draw(st.booleans())]

    before = rank(request, policies(identity, resource, None))
    assert rank(request, policies(fewer(identity), fewer(resource), None)) <= before


@settings(deadline=None)
@given(requests, identity_statements, resource_statements, st.data())
def test_a_wider_allow_never_takes_away(
    request: Request, identity: list[dict[str, Any]], resource: list[dict[str, Any]], data: st.DataObject
) -> None:
    def wider(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        key = data.draw(st.sampled_from(["Action", "Resource", "Condition"]))
        wide: Any = {} if key == "Condition" else ["*"]
        return [one if one["Effect"] == "Deny" else {**one, key: wide} for one in found]

    before = rank(request, policies(identity, resource, None))
    assert rank(request, policies(wider(identity), wider(resource), None)) >= before


@settings(deadline=None)
@given(requests, identity_statements, resource_statements, st.randoms())
def test_order_never_matters(
    request: Request, identity: list[dict[str, Any]], resource: list[dict[str, Any]], random: Any
) -> None:
    def shuffled(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return random.sample(found, len(found))  # type: ignore[no-any-return]

    one = decide(request, policies(identity, resource, None))
    other = decide(request, policies(shuffled(identity), shuffled(resource), None))
    assert one.outcome is other.outcome


@settings(deadline=None)
@given(resource_statements, denies)
def test_another_deny_never_makes_a_resource_more_public(found: list[dict[str, Any]], deny: dict[str, Any]) -> None:
    assert public_access([*found, deny], HOME).level <= public_access(found, HOME).level


@settings(deadline=None)
@given(resource_statements, statements(st.just("Allow"), with_principal=True))
def test_another_allow_never_makes_a_resource_less_public(found: list[dict[str, Any]], allow: dict[str, Any]) -> None:
    assert public_access([*found, allow], HOME).level >= public_access(found, HOME).level


@settings(deadline=None)
@given(requests, estates)
def test_knowing_more_never_contradicts_what_was_certain(request: Request, estate: Policies) -> None:
    """An answer that did not hang on the request stays whatever the request turns out to carry."""
    vague = decide(replace(request, context={}, complete=False), estate)
    if vague.allowed is not None:
        assert decide(replace(request, complete=True), estate).allowed is vague.allowed
