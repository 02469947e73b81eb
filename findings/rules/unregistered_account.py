"""A policy names an account of which nobody here has said whether it is ours, trusted or a third party."""

from __future__ import annotations

import re
from collections.abc import Iterator

from findings.access.aws.becoming import becoming
from findings.access.gcp.principals import is_agent, project_of
from findings.example import function, with_
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen, SeenBinding
from findings.severity import Severity

_AWS = re.compile(r"(?:arn:aws[\w-]*:[\w-]*::?(?:\d*:)?)?(\d{12})(?::.*)?")


def in_policies(seen: Seen) -> Iterator[Evidence | Unsure]:
    """AWS: accounts in the function's policies and its role's trust."""
    named = {one.principal for one in seen.bindings if one.effect == "allow"}
    own = frozenset({seen.account})
    for identity in seen.identities:
        told = becoming(identity.section("trust").get("document") or {"Statement": []}, own)
        named |= {one.principal for one in told.outsiders} if told else set()
    yield from _told(seen, {_AWS.fullmatch(one).group(1): one for one in named if _AWS.fullmatch(one)})  # type: ignore[union-attr]


def in_bindings(seen: Seen) -> Iterator[Evidence | Unsure]:
    """Google: projects of the service accounts that are bound on the function."""
    found = {}
    for one in seen.bindings:
        email = one.principal.removeprefix("serviceAccount:")
        project = (
            project_of(email) if one.effect == "allow" and one.principal != email and not is_agent(email) else None
        )
        if project and not project.isdigit():
            found[project] = email
    yield from _told(seen, found)


def _told(seen: Seen, named: dict[str, str]) -> Iterator[Evidence]:
    for account in sorted(
        set(named) - {seen.account} - seen.zone.accounts - seen.zone.trusted - seen.zone.third_parties
    ):
        yield Evidence(f"{named[account]} belongs to {account}, of which nobody said what it is to us", about=account)


def _let_in(cloud: str, principal: str) -> Seen:
    binding = SeenBinding(principal, "account", ("lambda:InvokeFunction",), "resource policy")
    return with_(function(cloud, access={"policies": []}), bindings=(binding,))


RULE = Rule(
    id="unregistered_account",
    title="A policy names an account that nobody has registered",
    severity=Severity.INFO,
    subject=Subject.TRUST,
    why="As long as nobody says whether it is ours or a third party's, it counts as foreign everywhere.",
    checks={
        "aws": Check(in_policies, needs=("access",)),
        "gcp": Check(in_bindings, needs=("access",)),
    },
    fix={
        "aws": Fix(
            console="Here, Accounts, Add: the account's number, and whether it is ours, trusted or a third party.",
        ),
        "gcp": Fix(
            console="Here, Accounts, Add: the project's id, and whether it is ours, trusted or a third party.",
        ),
    },
    fails=(
        _let_in("aws", "arn:aws:iam::999999999999:root"),
        _let_in("gcp", "serviceAccount:reader@strangers.iam.gserviceaccount.com"),
    ),
    passes=(
        _let_in("aws", "arn:aws:iam::123456789012:root"),
        _let_in("gcp", "serviceAccount:reader@acme-data.iam.gserviceaccount.com"),
    ),
    catalogue=("TRU-09",),
)
