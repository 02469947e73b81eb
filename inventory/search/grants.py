"""Identities by how their grants are written: with wildcards, or as steps of an escalation path."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from inventory.models import ActionPattern, Grant, Privilege, Statement
from inventory.search.can import LIMITS
from inventory.search.field import Asked, Match, no_comparison, text_filter
from inventory.search.parse import Value
from inventory.search.values import refused

WILDCARDS = ("actions", "resources", "service")
ESCALATIONS = ("any", "confirmed", "potential")
#: A whole service, or everything: `s3:*`, `microsoft.compute/*`, `*`.
WHOLE_SERVICE = re.compile(r"\*|[^*:/]+[:/]\*")
#: A whole project, subscription, or what is above: no part of one is named.
BROAD_SCOPE = re.compile(r"/?|(projects|folders|organizations|subscriptions)/[^/]+|providers/microsoft\.management/.*",
                         re.IGNORECASE)  # fmt: skip


def wildcard(column: str, unknown: Callable[[], Q]) -> Callable[[Asked], Match]:
    """Rows whose identity (`column`) is granted with wildcards; `unknown` tells of which that is not known."""

    def match(asked: Asked) -> Match:
        no_comparison(asked, "choice")
        word = asked.value.text.lower()
        if word not in WILDCARDS:
            raise refused(asked.value, f"One of {', '.join(WILDCARDS)}")
        return Match(Q(**{f"{column}__in": wild_grants(word).values("identity_id")}), unknown())

    return match


def wild_grants(word: str) -> QuerySet[Grant, Any]:
    """Grants in effect that name actions by `*`, a whole service, or every resource."""
    allowing = Statement.objects.filter(effect="allow")
    if word == "resources":
        everything = Q(provider="aws") & (
            Q(body__Resource="*") | Q(body__Resource__icontains='"*"') | Q(body__has_key="NotResource")
        )
        found = Q(statement__among=list(allowing.filter(everything).values_list("pk", flat=True)))
        found |= Q(scope__in=_broad_scopes(), identity__provider__in=("gcp", "azure"), statement__effect="allow")
    else:
        link = Statement.patterns.through.objects.filter(actionpattern__among=_patterns(word))
        named = set(link.values_list("statement_id", flat=True))
        wild = allowing.filter(pk__among=named, inverted=False) | allowing.filter(inverted=True)
        found = Q(statement__among=list(wild.values_list("pk", flat=True)))
    return Grant.objects.filter(found).exclude(source_kind__in=LIMITS)


def _patterns(word: str) -> list[int]:
    rows = ActionPattern.objects.filter(text__contains="*").values_list("pk", "text")
    return [pk for pk, text in rows if word == "actions" or WHOLE_SERVICE.fullmatch(text)]


def _broad_scopes() -> list[str]:
    scopes = Grant.objects.exclude(scope="").order_by().values_list("scope", flat=True).distinct()
    return [scope for scope in scopes if BROAD_SCOPE.fullmatch(scope.strip("/"))]


def escalation(column: str, unknown: Q) -> Callable[[Asked], Match]:
    """Rows whose identity (`column`) holds an escalation path: any, confirmed, potential, or one by name."""

    def match(asked: Asked) -> Match:
        no_comparison(asked)
        return Match(Q(**{f"{column}__in": escalating(asked.value).values("identity_id")}), unknown)

    return match


def escalating(value: Value) -> QuerySet[Privilege, Any]:
    rows = Privilege.objects.exclude(escalation="")
    word = value.text.lower() if not value.quoted else ""
    if word == "any":
        return rows
    if word in ("confirmed", "potential"):
        return rows.filter(confirmed=word == "confirmed")
    return rows.filter(text_filter("escalation", value))
