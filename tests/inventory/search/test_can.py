"""`can:` over the three clouds' own words: roles that take out, scopes that reach, denies that leave no doubt."""

from __future__ import annotations

from typing import Any

import pytest

from inventory.models import Account, ActionPattern, Grant, Identity, Resource, Scope, Statement
from inventory.search.can import Question, granted, identities, overlap, wild_match
from tests.cast import DAY_ONE, NUMBER, Cast


def holder(account: Account, name: str, boundary: str = "") -> Identity:
    scope = Scope.objects.get_or_create(account=account, name="global")[0]
    row = Resource.objects.create(
        uid=f"uid-{name}"[:16], kind="identity", provider=account.provider, account=account, scope=scope,
        listing="roles", native_id=name, name=name, first_seen=DAY_ONE, seen_at=DAY_ONE, changed_at=DAY_ONE,
    )  # fmt: skip
    return Identity.objects.create(
        resource=row, uid=row.uid, provider=account.provider, account=account, kind="role", name=name, native_id=name,
        policy_count=1, boundary=boundary, first_seen=DAY_ONE, changed_at=DAY_ONE,
    )  # fmt: skip


def grant(identity: Identity, body: dict[str, Any], *actions: str, effect: str = "allow", scope: str = "",
          kind: str = "role", inverted: bool = False) -> None:  # fmt: skip
    number = Statement.objects.count()
    statement = Statement.objects.create(
        provider=identity.provider, sha=f"{number:032x}", effect=effect, inverted=inverted, body=body
    )
    for text in actions:
        statement.patterns.add(ActionPattern.objects.get_or_create(provider=identity.provider, text=text.lower())[0])
    Grant.objects.create(
        identity=identity, statement=statement, source_kind=kind, source=kind, source_name=kind, scope=scope
    )


def holders(action: str, resource: str = "") -> set[str]:
    found = Identity.objects.filter(identities(Question(action, resource), "pk"))
    return set(found.values_list("name", flat=True))


@pytest.fixture
def azure(db: None) -> Account:
    return Account.objects.create(provider="azure", native_id="sub-1", name="office")


@pytest.fixture
def gcp(db: None) -> Account:
    return Account.objects.create(provider="gcp", native_id="acme-data", name="data")


def test_what_a_role_of_azure_takes_out_it_does_not_grant(azure: Account) -> None:
    contributor = {"actions": ["*"], "notActions": ["Microsoft.Authorization/*/write"], "dataActions": []}
    grant(holder(azure, "contributor"), contributor, "*")
    grant(holder(azure, "owner"), {"actions": ["*"], "notActions": []}, "*")
    assert holders("Microsoft.Web/sites/write") == {"contributor", "owner"}
    assert holders("Microsoft.Authorization/roleAssignments/write") == {"owner"}
    assert holders("s3:GetObject") == set()


def test_a_scope_reaches_what_lies_below_it(azure: Account, gcp: Account) -> None:
    role = {"actions": ["Microsoft.Web/sites/write"]}
    grant(holder(azure, "here"), role, "Microsoft.Web/sites/write", scope="/subscriptions/1/resourceGroups/shop")
    grant(holder(azure, "there"), role, "Microsoft.Web/sites/write", scope="/subscriptions/1/resourceGroups/lab")
    grant(
        holder(azure, "above"),
        role,
        "Microsoft.Web/sites/write",
        scope="/providers/Microsoft.Management/managementGroups/m",
    )
    site = "/subscriptions/1/resourcegroups/shop/providers/Microsoft.Web/sites/mailer"
    assert holders("Microsoft.Web/sites/write", site) == {"here", "above"}
    assert holders("Microsoft.Web/sites/write", "/subscriptions/1/*") == {"here", "there", "above"}
    grant(holder(gcp, "reader"), {"permissions": ["storage.objects.get"]}, "storage.objects.get", scope="projects/a")
    assert holders("storage.objects.get", "projects/a") == {"reader"}
    assert holders("storage.objects.get", "projects/ab") == set()


def test_inverted_statements_grant_everything_else(cast: Cast) -> None:
    account = Account.objects.get(native_id=NUMBER)
    grant(holder(account, "most"), {"NotAction": "iam:*", "Resource": "*"}, "iam:*", inverted=True)
    assert "most" in holders("s3:DeleteObject")
    assert "most" not in holders("iam:PassRole")


def test_a_deny_that_leaves_no_doubt_is_subtracted_and_others_are_not(cast: Cast) -> None:
    account = Account.objects.get(native_id=NUMBER)
    for name, deny in (
        ("plain", {"Action": "s3:*", "Resource": "*"}),
        ("conditional", {"Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}),
        ("narrow", {"Action": "s3:*", "Resource": "arn:aws:s3:::x"}),
    ):
        identity = holder(account, name)
        grant(identity, {"Action": "*", "Resource": "*"}, "*")
        grant(identity, deny, "s3:*", effect="deny")
    assert holders("s3:GetObject") & {"plain", "conditional", "narrow"} == {"conditional", "narrow"}
    assert "plain" in holders("sqs:SendMessage")


def test_a_boundary_caps_and_grants_nothing(cast: Cast) -> None:
    account = Account.objects.get(native_id=NUMBER)
    bound = holder(account, "bound", boundary="arn:b")
    grant(bound, {"Action": "*", "Resource": "*"}, "*")
    grant(bound, {"Action": "sqs:*", "Resource": "*"}, "sqs:*", kind="boundary")
    assert "bound" in holders("sqs:SendMessage")
    assert "bound" not in holders("s3:GetObject")
    assert not granted(Question("sqs:SendMessage")).filter(source_kind="boundary").exists()


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [
        ("*", "", True),
        ("s3:get*", "s3:getobject", True),
        ("s3:*object", "s3:getobject", True),
        ("s3:*object", "s3:getobjectacl", False),
        ("a*a", "a", False),
        ("a*b*c", "a-b-b-c", True),
        ("a*b*c", "acb", False),
        ("s3:get?bject", "s3:getobject", True),
        ("s3:get?", "s3:getobject", False),
        ("*/read", "microsoft.web/sites/read", True),
    ],
)
def test_wildcards(pattern: str, text: str, matched: bool) -> None:
    assert wild_match(pattern, text) is matched


def test_a_question_with_a_star_asks_for_any_of_them() -> None:
    assert overlap("s3:getobject", "s3:*")
    assert overlap("*", "s3:*")
    assert not overlap("sqs:*", "s3:*")
