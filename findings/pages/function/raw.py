"""The cloud's redacted answer, and the document made from it."""

from __future__ import annotations

import json
from typing import Any

from findings.pages.function.subject import Subject
from inventory.facts import Unread
from inventory.models import RawAnswer
from inventory.record import unpack


def context(subject: Subject) -> dict[str, Any]:
    answer = RawAnswer.objects.filter(resource=subject.resource).first()
    return {
        "answer": answer,
        "answer_text": _pretty(unpack(bytes(answer.body))) if answer else "",
        "document_text": _pretty(subject.document),
        "snapshot": subject.resource.latest,
    }


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, default=_said)


def _said(value: Any) -> Any:
    """Parts of a raw answer that are no JSON: refused parts and times."""
    return {"unread": value.as_json()} if isinstance(value, Unread) else str(value)
