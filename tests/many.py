"""Many functions in the world of the cast, to see that pages cost the same whatever they list."""

from __future__ import annotations

from datetime import timedelta

from inventory.models import ExposedBinding, Function, Posture, Resource, Snapshot, Tag, Trigger, Trust
from inventory.models.resource import uid_of
from tests.cast import DAY_TWO, Cast, native_id


def copy_mailer(cast: Cast, count: int, begin: int = 0) -> None:
    """More functions like mailer, named copy-000 …, each with its posture, tags and a trigger."""
    original = cast.functions["mailer"]
    resource = Resource.objects.get(pk=original.pk)
    for number in range(begin, begin + count):
        arn = native_id(f"copy-{number:03}")
        row = Resource.objects.create(
            uid=uid_of("aws", "x", "function", arn), kind="function", provider="aws", account=cast.account,
            scope=resource.scope, listing="functions", native_id=arn, name=f"copy-{number:03}", latest=resource.latest,
            first_seen=DAY_TWO, seen_at=DAY_TWO, changed_at=DAY_TWO + timedelta(seconds=number),
        )  # fmt: skip
        values = {f.attname: getattr(original, f.attname) for f in Function._meta.concrete_fields if not f.primary_key}
        values |= {"resource_id": row.pk, "uid": row.uid, "name": row.name, "native_id": arn}
        copy = Function.objects.create(**values)
        Posture.objects.create(function=copy, privilege="read", invoke="none", at=DAY_TWO)
        Tag.objects.create(function=copy, key="team", value=f"team-{number}")
        Trigger.objects.create(function=copy, kind="sqs", source=f"queue-{number}")
        expose(copy, number)


def expose(function: Function, number: int) -> None:
    """An outside account may call the function since its second snapshot; every other account is trusted."""
    party = f"{900000000000 + number}"
    for revision in (1, 2):
        Snapshot.objects.create(
            resource_id=function.pk, number=revision, at=DAY_TWO, changed_after=DAY_TWO - timedelta(days=1),
            digest="x", document={}, changed=["access"],
        )  # fmt: skip
    ExposedBinding.objects.create(
        function=function, account=function.account, provider="aws", tab="external", part="invoke", action="invoke",
        level="external", rung=5, principal=party, kind="account", party=party, since=DAY_TWO, since_number=2,
        since_exact=True, digest="x", at=DAY_TWO,
    )  # fmt: skip
    if number % 2:
        Trust.objects.create(
            provider="aws", party=party, reason="a contract", by_name="operator", at=DAY_TWO,
            until=DAY_TWO + timedelta(days=36_500),
        )  # fmt: skip
