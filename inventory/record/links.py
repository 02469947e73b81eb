"""Replace the grants of identities and the bindings of functions."""

from collections.abc import Iterable, Sequence

from inventory import facts
from inventory.chunks import batched
from inventory.history import clean
from inventory.models import ActionPattern, Binding, Grant, Resource, Statement
from inventory.record.prepare import Prepared, clip


def replace_facts(provider: str, told: Iterable[tuple[Resource, Prepared]]) -> list[int]:
    """Replace grants and bindings of resources whose policies say something else than last time; returns which."""
    news = [(row, one) for row, one in told if one.facts and one.facts != row.facts_digest]
    for row, one in news:
        row.facts_digest = one.facts
    seen = [(row, one.observation) for row, one in news]
    _replace_grants(provider, [(row, told.grants) for row, told in seen if told.grants is not None])
    _replace_bindings([(row, told.bindings) for row, told in seen if told.bindings is not None])
    Resource.objects.bulk_update([row for row, _ in news], ["facts_digest"], batch_size=200)
    return [row.pk for row, _ in news]


def _replace_grants(provider: str, granted: Sequence[tuple[Resource, tuple[facts.Grant, ...]]]) -> None:
    """Set the statements in effect on each identity; equal statements of all policies are stored once."""
    if not granted:
        return
    statements = _statements(provider, {g.statement.sha: g.statement for _, grants in granted for g in grants})
    Grant.objects.filter(identity__in=[row.pk for row, _ in granted]).delete()
    Grant.objects.bulk_create(
        (
            Grant(
                identity_id=row.pk,
                statement_id=statements[grant.statement.sha],
                source_kind=clip(grant.source_kind, 40),
                source=clip(grant.source, 1024),
                source_name=clip(grant.source_name, 512),
                scope=clip(grant.scope, 1024),
            )
            for row, grants in granted
            for grant in grants
        ),
        batch_size=1000,
    )


def _statements(provider: str, wanted: dict[str, facts.Statement]) -> dict[str, int]:
    """The rows of these statements, made where they are missing: sha → id."""
    known = _known(provider, wanted)
    # In one order for all writers, so that two of them never wait for each other.
    missing = [wanted[sha] for sha in sorted(wanted.keys() - known.keys())]
    if missing:
        Statement.objects.bulk_create(
            [
                Statement(
                    provider=provider,
                    sha=s.sha,
                    effect=clip(s.effect, 5),
                    inverted=s.inverted,
                    body=clean(dict(s.body)),
                )
                for s in missing
            ],
            ignore_conflicts=True,
        )
        known = _known(provider, wanted)
        _link_patterns(provider, missing, known)
    return known


def _link_patterns(provider: str, statements: Sequence[facts.Statement], known: dict[str, int]) -> None:
    texts = {s.sha: {clip(pattern.lower(), 512) for pattern in s.actions} for s in statements}
    patterns = _patterns(provider, set().union(*texts.values()))
    link = Statement.patterns.through
    link.objects.bulk_create(
        [
            link(statement_id=known[sha], actionpattern_id=patterns[text])
            for sha, wanted in texts.items()
            for text in sorted(wanted)
        ],
        ignore_conflicts=True,
    )


def _known(provider: str, shas: Iterable[str]) -> dict[str, int]:
    known: dict[str, int] = {}
    for some in batched(shas, 5000):
        known.update(Statement.objects.filter(provider=provider, sha__in=some).values_list("sha", "pk"))
    return known


def _patterns(provider: str, texts: set[str]) -> dict[str, int]:
    """The rows of these action patterns, made where they are missing: text → id."""
    ActionPattern.objects.bulk_create(
        [ActionPattern(provider=provider, text=text) for text in sorted(texts)], ignore_conflicts=True
    )
    found: dict[str, int] = {}
    for some in batched(texts, 5000):
        found.update(ActionPattern.objects.filter(provider=provider, text__in=some).values_list("text", "pk"))
    return found


def _replace_bindings(bound: Sequence[tuple[Resource, tuple[facts.Binding, ...]]]) -> None:
    """Set who may do what to each function."""
    if not bound:
        return
    Binding.objects.filter(function__in=[row.pk for row, _ in bound]).delete()
    Binding.objects.bulk_create(
        (
            Binding(
                function_id=row.pk,
                principal=clip(binding.principal, 1024),
                principal_kind=clip(binding.principal_kind, 40),
                actions=clean(list(binding.actions)),
                via=clip(binding.via, 60),
                qualifier=clip(binding.qualifier, 128),
                effect=clip(binding.effect, 5),
                condition=clean(dict(binding.condition)),
                source=clip(binding.source, 1024),
            )
            for row, bindings in bound
            for binding in bindings
        ),
        batch_size=1000,
    )
