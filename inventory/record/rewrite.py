"""Say again what is known, in the words of a newer normalizer: never a change in the cloud, so never a new snapshot."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F

from inventory.history import digest
from inventory.models import RawAnswer, Resource, Scope, Snapshot
from inventory.record.columns import project
from inventory.record.hand_over import HandOver
from inventory.record.links import replace_facts
from inventory.record.prepare import Prepared


@transaction.atomic
def rewrite(pairs: Sequence[tuple[Resource, Prepared]], normalizer: int, hand_over: HandOver) -> list[int]:
    """Put what was normalized again into the latest snapshots, in place; returns which resources now read otherwise.

    These are added to `hand_over`, to be judged again.
    """
    pairs = [(row, one) for row, one in pairs if row.latest is not None]
    otherwise = []
    for row, one in pairs:
        latest = row.latest
        assert latest is not None
        digests = {**latest.digests, **one.digests}
        if digests != latest.digests:
            otherwise.append(row)
        latest.digests, latest.digest = digests, digest(digests)
        latest.document = {**latest.document, **one.sections}
        latest.normalizer = normalizer
    Snapshot.objects.bulk_update(
        [row.latest for row, _ in pairs if row.latest], ["digests", "digest", "document", "normalizer"], batch_size=100
    )
    RawAnswer.objects.filter(resource__in=[row.pk for row, _ in pairs]).update(normalizer=normalizer)
    project((row, row.document) for row, _ in pairs)
    by_provider: dict[str, list[tuple[Resource, Prepared]]] = {}
    for row, one in pairs:
        by_provider.setdefault(row.provider, []).append((row, one))
    facts = {pk for provider, told in by_provider.items() for pk in replace_facts(provider, told)}
    news = {row.pk: row.scope_id for row, _ in pairs if row in otherwise or row.pk in facts}
    _hand_over(news, hand_over)
    return sorted(news)


def _hand_over(news: dict[int, int], hand_over: HandOver) -> None:
    """What reads otherwise must be judged again: marked so in the database, whatever becomes of this worker."""
    scopes = Scope.objects.filter(pk__in=set(news.values()))
    scopes.filter(reading_since=None).update(reading_since=F("read_at"))
    for scope in scopes:
        at = scope.read_at or scope.reading_since
        if at is not None:
            hand_over.add(scope, [pk for pk, scope_id in news.items() if scope_id == scope.pk], at)
