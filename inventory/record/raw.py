"""Keep the clouds' redacted answers for a while, so that a newer normalizer can read them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from inventory.facts import Unread
from inventory.models import RawAnswer, Resource
from inventory.record.prepare import pack, unpack

Raw = Mapping[str, Any]


def keep_raw(at: datetime, normalizer: int, answers: Sequence[tuple[Resource, Raw, bool]]) -> None:
    """Keep these resources' answers: always one that changed something, another only when the kept one grows old.

    An answer is a mapping of parts. A part that was not asked for this time, or refused, stays as it was kept: so that
    all of a resource can be read again, and never an older word of a part than the latest.
    """
    if not answers or not settings.KEEP_RAW_DAYS:
        return
    old = at - timedelta(days=settings.KEEP_RAW_DAYS / 2)
    kept = {
        row.pk: row for row in RawAnswer.objects.filter(resource__in=[row.pk for row, _, _ in answers]).defer("body")
    }
    due = [(row, raw) for row, raw, changed in answers if changed or row.pk not in kept or kept[row.pk].at < old]
    bodies = dict(
        RawAnswer.objects.filter(resource__in=[row.pk for row, _ in due if row.pk in kept]).values_list("pk", "body")
    )
    packed = [(row, pack(_merged(bodies.get(row.pk), raw))) for row, raw in due]
    RawAnswer.objects.bulk_create(
        [RawAnswer(resource=row, at=at, normalizer=normalizer, body=body) for row, body in packed if body is not None],
        update_conflicts=True,
        unique_fields=["resource"],
        update_fields=["at", "normalizer", "body"],
    )


def _merged(body: bytes | memoryview | None, raw: Raw) -> Raw:
    if body is None:
        return raw
    before: Raw = unpack(bytes(body))
    return {**before, **{part: answer for part, answer in raw.items() if not _refused_again(part, answer, before)}}


def _refused_again(part: str, answer: Any, before: Raw) -> bool:
    return isinstance(answer, Unread) and part in before
