"""Who made a change: what a log's entry must say to be taken for its cause, and what is told when it does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from inventory.attribution import Act, Happening, Log, Told, Verdict, attribute

SEEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOW = SEEN + timedelta(days=1)
ROLE = "arn:aws:iam::123456789012:policy/readers"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


def act(action: str, actor: str = "ann", hours: float = 5, pk: int = 1, **more: Any) -> Act:
    provider = more.pop("provider", "aws")
    outcome = more.pop("outcome", "ok")
    return Act(pk, SEEN + timedelta(hours=hours), provider, action, actor, more.pop("kind", "person"), outcome, more)


def changed(before: Any, after: Any, *sections: str, provider: str = "aws") -> Happening:
    return Happening.between(provider, before, after, sections or before.keys(), SEEN, NOW)


CODE = changed({"code": {"sha256": "a"}}, {"code": {"sha256": "b"}})
MEMORY = changed({"config": {"memory_mb": 128}}, {"config": {"memory_mb": 256}})
ATTACHED = changed({"policies": {"policies": []}}, {"policies": {"policies": [{"id": ADMIN, "kind": "managed"}]}})


def told(happening: Happening, *acts: Act, until: datetime | None = NOW) -> Verdict:
    return attribute(happening, acts, Log(until))


def test_one_able_act_in_the_time_is_who_did_it() -> None:
    verdict = told(CODE, act("lambda:UpdateFunctionCode"))
    assert (verdict.told, verdict.actor, verdict.actor_kind) == (Told.FOUND, "ann", "person")
    assert [(claim.act, claim.sure) for claim in verdict.claims] == [(1, True)]


@pytest.mark.parametrize(
    ("why", "other"),
    [
        ("before the last reading without it", act("lambda:UpdateFunctionCode", hours=-1)),
        ("at the last reading without it", act("lambda:UpdateFunctionCode", hours=0)),
        ("after the first reading with it", act("lambda:UpdateFunctionCode", hours=24.1)),
        ("another verb", act("lambda:UpdateFunctionConfiguration", parameters=["functionName", "environment"])),
        ("it failed", act("lambda:UpdateFunctionCode", outcome="AccessDenied")),
        ("a verb nobody knows", act("lambda:ReticulateSplines")),
    ],
)
def test_what_cannot_have_done_it_is_no_candidate(why: str, other: Act) -> None:
    assert told(CODE, other).told == Told.NONE, why
    verdict = told(CODE, other, act("lambda:UpdateFunctionCode", "bob", pk=2))
    assert (verdict.told, verdict.actor) == (Told.FOUND, "bob"), why


def test_two_actors_who_may_have_done_it_are_candidates_and_no_culprits() -> None:
    verdict = told(CODE, act("lambda:UpdateFunctionCode"), act("lambda:UpdateFunctionCode", "bob", pk=2))
    assert (verdict.told, verdict.actor) == (Told.AMBIGUOUS, "")
    assert [(claim.act, claim.sure) for claim in verdict.claims] == [(1, False), (2, False)]


def test_two_acts_of_one_actor_are_both_told() -> None:
    verdict = told(CODE, act("lambda:UpdateFunctionCode"), act("lambda:UpdateFunctionCode", pk=2))
    assert (verdict.told, verdict.actor, len(verdict.claims)) == (Told.FOUND, "ann", 2)


def test_each_actor_is_told_for_the_part_that_only_they_can_have_done() -> None:
    both = changed({"code": {"sha256": "a"}, "tags": {}}, {"code": {"sha256": "b"}, "tags": {"env": "prod"}})
    verdict = told(both, act("lambda:UpdateFunctionCode"), act("lambda:TagResource", "bob", pk=2))
    assert (verdict.told, verdict.actor) == (Told.SEVERAL, "")
    assert {(claim.act, claim.sure, claim.aspects) for claim in verdict.claims} == {
        (1, True, ("code.sha256",)), (2, True, ("tags.env",)),
    }  # fmt: skip


def test_a_part_nobody_is_named_for_is_told_as_such() -> None:
    both = changed({"code": {"sha256": "a"}, "tags": {}}, {"code": {"sha256": "b"}, "tags": {"env": "prod"}})
    assert told(both, act("lambda:UpdateFunctionCode")).told == Told.PARTLY


def test_of_an_update_only_the_settings_it_named_count() -> None:
    other = act("lambda:UpdateFunctionConfiguration", parameters=["functionName", "timeout"])
    assert told(MEMORY, other).told == Told.NONE
    named = act("lambda:UpdateFunctionConfiguration", "bob", pk=2, parameters=["functionName", "memorySize"])
    assert told(MEMORY, other, named).actor == "bob"


def test_another_policy_attached_is_another_act() -> None:
    other = act("iam:AttachRolePolicy", policy=ROLE)
    assert told(ATTACHED, other).told == Told.NONE
    assert told(ATTACHED, other, act("iam:AttachRolePolicy", "bob", pk=2, policy=ADMIN)).actor == "bob"


def test_what_only_takes_away_cannot_have_given() -> None:
    assert told(ATTACHED, act("iam:DetachRolePolicy", policy=ADMIN)).told == Told.NONE


def test_a_google_policy_act_must_show_the_role_and_direction() -> None:
    member = "serviceAccount:janitor@shop.iam.gserviceaccount.com"
    gained = changed(
        {"policies": {"policies": []}},
        {"policies": {"policies": [{"id": "projects/shop/roles/owner", "name": "roles/owner"}]}},
        provider="gcp",
    )
    verb = "cloudresourcemanager:SetIamPolicy"

    def gave(action: str, role: str) -> Act:
        return act(verb, provider="gcp", policy=[{"action": action, "role": role, "member": member}])

    assert told(gained, gave("ADD", "roles/owner")).told == Told.FOUND
    assert told(gained, gave("REMOVE", "roles/owner")).told == Told.NONE
    assert told(gained, gave("ADD", "roles/viewer")).told == Told.NONE


def test_an_azure_assignment_must_be_the_one_that_came() -> None:
    path = "/subscriptions/s/providers/microsoft.authorization/roleassignments/"
    gained = changed({"policies": {"policies": []}}, {"policies": {"policies": [{"id": path + "a"}]}}, provider="azure")
    verb = "Microsoft.Authorization/roleAssignments/write"
    assert told(gained, act(verb, provider="azure", resource=path + "a")).told == Told.FOUND
    assert told(gained, act(verb, provider="azure", resource=path + "b")).told == Told.NONE


def test_a_function_that_came_or_went_was_made_or_deleted_by_somebody() -> None:
    added = Happening("aws", "added", (), SEEN, NOW)
    removed = Happening("aws", "removed", (), SEEN, NOW)
    made, deleted = act("lambda:CreateFunction"), act("lambda:DeleteFunction20150331", "bob", pk=2)
    assert told(added, made, deleted).actor == "ann"
    assert told(removed, made, deleted).actor == "bob"


def test_a_log_that_was_not_read_tells_nothing() -> None:
    able = act("lambda:UpdateFunctionCode")
    assert told(CODE, able, until=None).told == Told.UNLOGGED
    assert told(CODE, able, until=NOW - timedelta(seconds=1)).told == Told.BEHIND
    undated = Happening("aws", "changed", CODE.aspects, None, NOW)
    assert told(undated, able).told == Told.UNDATED


def test_an_entry_without_an_actor_names_nobody_and_makes_others_doubtful() -> None:
    nobody = act("lambda:UpdateFunctionCode", "")
    assert told(CODE, nobody).told == Told.UNNAMED
    assert told(CODE, nobody, act("lambda:UpdateFunctionCode", "bob", pk=2)).told == Told.AMBIGUOUS
