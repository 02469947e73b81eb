"""Store what the reasoning worked out about identities and functions."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models import Count, Model

from inventory.chunks import batched
from inventory.models import Account, ExposedBinding, Function, IdentityPosture, Posture, Privilege
from inventory.record.prepare import clip
from inventory.record.steps import note_steps
from inventory.rungs import EXPOSURE, PRIVILEGE, SEVERITY, rung

#: Written by themselves: judging a function again must not forget them.
KEPT = ("worst", "worst_rank")


def conclude(postures: Iterable[Posture]) -> None:
    """Write the summaries of these functions, one row each, over the earlier ones."""
    rows = list(postures)
    known = Posture.objects.filter(function__in=[row.function_id for row in rows]).defer("because")
    before = {row.function_id: row for row in known}
    for row in rows:
        row.privilege_rank = rung(PRIVILEGE, row.privilege)
        row.invoke_rank, row.deploy_rank = rung(EXPOSURE, row.invoke), rung(EXPOSURE, row.deploy)
    with transaction.atomic():
        _write(Posture, rows, "function")
        note_steps(rows, before)


def conclude_exposed(functions: Collection[int], rows: Sequence[ExposedBinding]) -> None:
    """Write every exposed binding of these functions; those of them that are not among the rows are no more."""
    kept = {(row.function_id, row.digest) for row in rows}
    present = ExposedBinding.objects.filter(function__in=functions)
    over = [pk for pk, *name in present.values_list("pk", "function_id", "digest") if tuple(name) not in kept]
    for row in rows:
        row.principal, row.party = clip(row.principal, 1024), clip(row.party, 255)
        row.qualifier, row.kind = clip(row.qualifier, 128), clip(row.kind, 40)
    columns = [field.name for field in ExposedBinding._meta.concrete_fields if not field.primary_key]
    with transaction.atomic():
        for some in batched(over, 500):
            ExposedBinding.objects.filter(pk__in=some).delete()
        ExposedBinding.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["function", "digest"], update_fields=columns, batch_size=500
        )


def conclude_identities(judged: Sequence[tuple[IdentityPosture, Sequence[Privilege]]]) -> None:
    """Write what these identities may do, over what was written of them before."""
    postures = [posture for posture, _ in judged]
    for posture in postures:
        posture.privilege_rank = rung(PRIVILEGE, posture.privilege)
    with transaction.atomic():
        _write(IdentityPosture, postures, "identity")
        Privilege.objects.filter(identity__in=[posture.identity_id for posture in postures]).delete()
        Privilege.objects.bulk_create((one for _, held in judged for one in held), batch_size=500)


def tell_worst(worst: Mapping[int, str]) -> None:
    """Write the worst open severity of these functions ("none": nothing is open), where it changed."""
    changed: dict[str, list[int]] = {}
    for pk, told in Posture.objects.filter(function__in=list(worst)).values_list("pk", "worst"):
        if told != worst[pk]:
            changed.setdefault(worst[pk], []).append(pk)
    for word, pks in changed.items():
        Posture.objects.filter(function__in=pks).update(worst=word, worst_rank=rung(SEVERITY, word))


def recount_sharing(account: Account) -> set[int]:
    """Bring up to date how many functions run as each identity that functions of an account use.

    A function that came, went or changed its identity says something of others that were not judged with it: their
    ids are returned.
    """
    own = Function.objects.filter(account=account).exclude(identity_native_id="").values("identity_native_id")
    present = Function.objects.filter(identity_native_id__in=own, gone_at=None)
    counts = dict(present.order_by().values_list("identity_native_id").annotate(Count("pk")))
    stale: dict[int, list[int]] = {}
    rows = Posture.objects.filter(function__in=present)
    for pk, identity, told in rows.values_list("pk", "function__identity_native_id", "shared_by"):
        if counts[identity] != told:
            stale.setdefault(counts[identity], []).append(pk)
    for count, pks in stale.items():
        for some in batched(pks, 500):
            Posture.objects.filter(pk__in=some).update(shared_by=count)
    return {pk for pks in stale.values() for pk in pks}


def _write(model: type[Model], rows: Sequence[Model], key: str) -> None:
    columns = [field.name for field in model._meta.concrete_fields if not field.primary_key and field.name not in KEPT]
    model._default_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=[key], update_fields=columns, batch_size=500
    )
