"""The box “can it …?”: an action, perhaps a resource, and the answer with what decides it. The state is the address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.http import HttpRequest

from findings.access.decision import Effect, Outcome, Reason
from findings.access.doubts import doubts_about
from findings.question import Told, place_of, tell
from inventory.models import Resource
from inventory.resources import NotFound

#: Longer than any action or id of a cloud.
LONGEST = 1024
EXAMPLES = {
    "aws": ("kms:Decrypt", "arn:aws:s3:::bucket/key"),
    "gcp": ("storage.objects.get", "projects/my-project"),
    "azure": ("Microsoft.Web/sites/write", "/subscriptions/…"),
}
#: Outcome → the answer in a word or two, its tone and its sign.
ANSWERS = {
    "allowed": ("yes", "high", "icon:check"),
    "allowed_if": ("only if …", "medium", "icon:alert-circle"),
    "denied_explicit": ("no, refused", "ok", "icon:ban"),
    "denied_implicit": ("no", "ok", "icon:circle-check"),
    "unknown": ("unknown", "info", "icon:help-circle"),
}


@dataclass(frozen=True)
class Line:
    """One statement or limit that decides; `role` says how (allows, denies, caps)."""

    role: str
    reason: Reason


@dataclass(frozen=True)
class Answered:
    """What one identity may do, as it is shown. `deciding` did decide, `hanging` could turn it."""

    told: Told
    word: str
    tone: str
    sign: str
    deciding: Sequence[Line]
    hanging: Sequence[Line]

    @property
    def nothing_grants(self) -> bool:
        answer = self.told.answer
        refused = answer is not None and answer.decision.outcome is Outcome.DENIED_IMPLICIT
        return refused and not self.deciding

    @property
    def place(self) -> str:
        return self.told.answer.place if self.told.answer else ""


@dataclass(frozen=True)
class Asking:
    """The form as it was filled in; `fault` says what makes no sense, `doubts` what may not."""

    action: str
    resource: str
    example: tuple[str, str]
    fault: str = ""
    doubts: Sequence[str] = ()
    answers: Sequence[Answered] = field(default_factory=list)


def asking(request: HttpRequest, found: Resource, rows: QuerySet[Resource]) -> Asking:
    """What is asked of an identity or function, and the answer; `rows` are the resources that may be named."""
    action = request.GET.get("action", "").strip()[:LONGEST]
    resource = request.GET.get("resource", "").strip()[:LONGEST]
    asked = Asking(action, resource, EXAMPLES.get(found.provider, ("", "")))
    if not action:
        return Asking(**{**vars(asked), "fault": "Name an action to ask about."}) if resource else asked
    try:
        place = place_of(resource, rows)
        answers = [_answered(told) for told in tell(found, action, place)]
    except (NotFound, ValueError) as wrong:
        return Asking(**{**vars(asked), "fault": str(wrong)})
    return Asking(**{**vars(asked), "answers": answers, "doubts": doubts_about(found.provider, action, place)})


def _answered(told: Told) -> Answered:
    word, tone, sign = ANSWERS[told.outcome]
    return Answered(told, word, tone, sign, [_line(one, False) for one in told.because],
                    [_line(one, True) for one in told.unless])  # fmt: skip


_ROLES = {
    Effect.ALLOW: ("allows", "would allow"),
    Effect.DENY: ("denies", "may deny"),
    Effect.LIMIT: ("caps", "may cap"),
}


def _line(reason: Reason, is_open: bool) -> Line:
    return Line(_ROLES[reason.effect][is_open], reason)
