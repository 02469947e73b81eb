"""`can:ACTION on:RESOURCE`: which identities hold an allow statement for an action.

The question is matched against the distinct action patterns stored (a few thousand), then joined to statements, grants
and identities. That is what is granted; denies that leave no doubt (no condition, on everything) are subtracted and a
permissions boundary caps. What else refuses it (conditions that cannot hold, denies of a part, the organisation) is
weighed by those who know the cloud's rules: they add themselves to `refusals`. What is left is allowed, or allowed if a
condition holds that nobody can decide.

A role of Azure loses what its notActions take out. Whether an action is one of control or of data is not known here: a
role with the action `*` is found for data actions, too, which it does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet

from inventory.models import ActionPattern, Grant, Identity, Statement
from inventory.search import lookups as _lookups  # noqa: F401 - registers them

#: Policies of these kinds only cap what others grant.
LIMITS = ("boundary",)
#: Each tells, by number, identities that are surely refused what a statement of theirs grants.
refusals: list[Callable[[Question], Sequence[int]]] = []
#: Each tells, in sentences, what the answer hangs on for one identity.
conditions: list[Callable[[Question, Identity], Iterable[str]]] = []


@dataclass(frozen=True, slots=True)
class Question:
    """An action, maybe with `*`, and the resource it is asked about ("" for any)."""

    action: str
    resource: str = ""

    @property
    def provider(self) -> str:
        """Whose action it is, by its form: `s3:GetObject`, `Microsoft.Web/sites/write`, `storage.objects.get`."""
        if ":" in self.action or self.action == "*":
            return "aws"
        return "azure" if "/" in self.action else "gcp"


def granted(question: Question) -> QuerySet[Grant, Any]:
    """The grants whose allow statement includes the action (and, when asked, the resource)."""
    return _within(question, statements_of(question, "allow")).exclude(source_kind__in=LIMITS)


def identities(question: Question, column: str = "identity_id") -> Q:
    """Filter of a table whose `column` names an identity: those that are granted the action."""
    allows = statements_of(question, "allow")
    allowed = _in(column, _within(question, allows).exclude(source_kind__in=LIMITS))
    if denies := _plain_denies(question):
        allowed &= ~_in(column, Grant.objects.filter(statement__among=denies).exclude(source_kind__in=LIMITS))
    if Identity.objects.exclude(boundary="").exists():
        capped = Grant.objects.filter(source_kind__in=LIMITS, identity__boundary__gt="")
        within = Grant.objects.filter(source_kind__in=LIMITS, statement__among=allows)
        allowed &= ~_in(column, capped) | _in(column, within)
    for refused in (numbers for weigh in refusals if (numbers := weigh(question))):
        allowed &= ~Q(**{f"{column}__in": Identity.objects.filter(pk__among=refused).values("pk")})
    return allowed


def _in(column: str, grants: QuerySet[Grant, Any]) -> Q:
    return Q(**{f"{column}__in": grants.values("identity_id")})


def _within(question: Question, statements: list[int]) -> QuerySet[Grant, Any]:
    """Grants of these statements. Where the cloud says the resource beside the statement, those that hold for it."""
    grants = Grant.objects.filter(statement__among=statements)
    if not question.resource or question.provider == "aws":
        return grants
    scopes = grants.order_by().values_list("scope", flat=True).distinct()
    return grants.filter(scope__in=[scope for scope in scopes if _reaches(scope, question.resource)])


def _reaches(scope: str, resource: str) -> bool:
    """Whether a grant at `scope` holds for the resource: at it, above it, or (with `*` in the question) among it.

    True also where that cannot be seen from the names: what lies below an organisation, folder or management group, and
    resources whose ids do not begin with their project.
    """
    low, asked = scope.lower().rstrip("/"), resource.lower()
    if not any(low.startswith(root) and asked.startswith(root) for root in ("projects/", "/subscriptions/")):
        return True
    return asked == low or asked.startswith(f"{low}/") or wild_match(asked, low)


def unknown() -> Q:
    """Filter of functions: it runs as something whose policies were not read."""
    unread = Identity.objects.filter(policy_count=None).values("pk")
    return Q(identity=None) & ~Q(identity_native_id="") | Q(identity_id__in=unread)


def statements_of(question: Question, effect: str) -> list[int]:
    """Statements with this effect that include the action: named by a pattern, or (inverted) by none.

    Given as numbers: the database plans the join to the grants badly when it has to guess how many they are.
    """
    link = Statement.patterns.through.objects.filter(actionpattern__among=_patterns(question))
    named = set(link.values_list("statement_id", flat=True))
    usual = Statement.objects.filter(provider=question.provider, effect=effect, inverted=False, pk__among=named)
    inverted = Statement.objects.filter(provider=question.provider, effect=effect, inverted=True)
    if question.resource or question.provider == "azure":
        bodies = [*usual.values_list("pk", "body"), *inverted.values_list("pk", "body")]
        found = [pk for pk, body in bodies if _leaves_in(body, question) and on_resource(body, question.resource)]
    else:
        found = [*usual.values_list("pk", flat=True), *inverted.values_list("pk", flat=True)]
    apart = set(inverted.filter(pk__among=named).values_list("pk", flat=True))
    return [pk for pk in found if pk not in apart]


def _plain_denies(question: Question) -> list[int]:
    """Denies that leave no doubt: the whole action, on everything, without a condition."""
    denies = Statement.objects.filter(pk__among=statements_of(Question(question.action), "deny"))
    if "*" in question.action:
        return []
    return [pk for pk, body in denies.values_list("pk", "body") if _is_plain(body)]


def _is_plain(body: Mapping[str, Any]) -> bool:
    return not body.get("Condition") and body.get("Resource") in ("*", ["*"])


def _leaves_in(body: Mapping[str, Any], question: Question) -> bool:
    """Whether a role of Azure includes the action after what it takes out: its actions, or its data actions."""
    if question.provider != "azure":
        return True
    action = question.action.lower()

    def among(key: str) -> bool:
        return any(overlap(pattern.lower(), action) for pattern in _texts(body.get(key)))

    def taken_out(key: str) -> bool:
        return any(wild_match(pattern.lower(), action) for pattern in _texts(body.get(key)))

    return (among("actions") and not taken_out("notActions")) or (
        among("dataActions") and not taken_out("notDataActions")
    )


def on_resource(body: Mapping[str, Any], resource: str) -> bool:
    """Whether a statement's resource patterns include (or overlap with) the one asked about ("" is any)."""
    if not resource:
        return True
    if "NotResource" in body:
        return not any(overlap(pattern, resource) for pattern in _texts(body["NotResource"]))
    patterns = _texts(body.get("Resource"))
    return not patterns or any(overlap(pattern, resource) for pattern in patterns)


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)] if value else []


def _patterns(question: Question) -> list[int]:
    """The stored action patterns that include the action (with `*` in the question: that could include one of its)."""
    stored = ActionPattern.objects.filter(provider=question.provider).values_list("pk", "text")
    action = question.action.lower()
    return [pk for pk, text in stored if overlap(text, action)]


def overlap(pattern: str, asked: str) -> bool:
    """Whether one includes the other; `*` is any text, `?` one character."""
    return wild_match(pattern, asked) or ("*" in asked and wild_match(asked, pattern))


def wild_match(pattern: str, text: str) -> bool:
    """Whether a pattern with `*` and `?` matches the whole text (a regular expression only where `?` needs one)."""
    if "?" in pattern:
        return _regex(pattern).fullmatch(text) is not None
    if "*" not in pattern:
        return pattern == text
    head, *middle, tail = pattern.split("*")
    if not text.startswith(head) or not text.endswith(tail) or len(text) < len(head) + len(tail):
        return False
    place, end = len(head), len(text) - len(tail)
    for piece in middle:
        found = text.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return True


@lru_cache(maxsize=10_000)
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(
        "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in re.sub(r"\*+", "*", pattern)), re.DOTALL
    )
