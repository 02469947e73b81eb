"""Answer a page's question about a provider, as JSON on standard input and output. Not meant to be called by hand."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand

from collectors.clouds import cloud
from collectors.provider import BadConnection


class Command(BaseCommand):
    """{"ask": "connection" | "permissions", …} → {"answer": …} or {"wrong": a sentence}; see `collectors.asked`."""

    help = "Answer a question about a provider (JSON in, JSON out)."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        question = json.load(sys.stdin)
        try:
            answer = {"answer": _answer(question)}
        except BadConnection as wrong:
            answer = {"wrong": str(wrong)}
        self.stdout.write(json.dumps(answer))


def _answer(question: dict[str, Any]) -> Any:
    provider = cloud(question["provider"])
    if question["ask"] == "connection":
        return provider.connection(question["native_id"], question["answers"])
    return provider.permissions_document(question["connection"])
