"""Read the kept raw answers again with the present normalizer: what changes then is ours, no change in the cloud."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from collectors.provider import Provider
from inventory.models import Account, RawAnswer, Resource
from inventory.record import HandOver, Prepared, prepare, rewrite, unpack

CHUNK = 200


@dataclass
class Renormalized:
    """How many resources were read again, which now read otherwise, and which the normalizer did not understand."""

    read: int = 0
    otherwise: list[int] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)


def renormalize_account(
    account: Account, provider: Provider, guarded: Callable[..., Any], *, everything: bool = False
) -> Renormalized:
    """Put an account's kept answers through the normalizer again: the outdated ones, or `everything`."""
    done, hand_over = Renormalized(), HandOver(account)
    answers = RawAnswer.objects.filter(resource__account=account)
    if not everything:
        answers = answers.exclude(normalizer=provider.normalizer)
    last = 0
    # By key: the rows change while they are read.
    while some := list(answers.filter(pk__gt=last).order_by("pk").select_related("resource__latest")[:CHUNK]):
        last = some[-1].pk
        pairs = []
        for answer in some:
            one = guarded(_again, provider, answer.resource, bytes(answer.body))
            if isinstance(one, Prepared):
                pairs.append((answer.resource, one))
            else:
                done.failed.append(answer.pk)
        done.read += len(some)
        done.otherwise += rewrite(pairs, provider.normalizer, hand_over)
        # What is not understood now will not be at the next run either.
        RawAnswer.objects.filter(pk__in=done.failed).update(normalizer=provider.normalizer)
    if hand_over.waiting:
        hand_over.send_on_commit()
    return done


def _again(provider: Provider, row: Resource, body: bytes) -> Prepared | None:
    """What the raw answer says of this resource now; None when it no longer says anything of it."""
    for seen in provider.normalize(row.listing, unpack(body)):
        one = prepare(seen)
        if (str(one.observation.kind), one.native_id) == (row.kind, row.native_id):
            return one
    return None
