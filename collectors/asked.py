"""What pages ask of a provider: answered by a process of its own, so that no page ever loads a cloud's SDK.

The process is `manage.py provider`; question and answer are JSON. An answer takes about a second, so those that cannot
change while we run (the permissions to grant) are remembered.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from collectors.provider import BadConnection

Json = Any

SECONDS = 30


class NoAnswer(Exception):
    """The provider's process failed or took too long; its log says why."""


def checked_connection(slug: str, native_id: str, answers: dict[str, Json]) -> dict[str, Json]:
    """The connection to store, checked as the command line checks it; raises BadConnection with a sentence."""
    found: dict[str, Json] = _ask({"ask": "connection", "provider": slug, "native_id": native_id, "answers": answers})
    return found


def permissions_document(slug: str, connection: dict[str, Json]) -> str:
    """The least policy or role to paste into the cloud."""
    return _remembered_permissions(slug, json.dumps(connection, sort_keys=True))


@lru_cache(maxsize=256)
def _remembered_permissions(slug: str, connection: str) -> str:
    return str(_ask({"ask": "permissions", "provider": slug, "connection": json.loads(connection)}))


def _ask(question: dict[str, Json]) -> Json:
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "provider"]
    try:
        done = subprocess.run(  # noqa: S603 - our own command; the question goes through its standard input
            command, input=json.dumps(question), capture_output=True, text=True, timeout=SECONDS, check=True
        )
        answer = json.loads(done.stdout)
    except (subprocess.SubprocessError, json.JSONDecodeError) as fault:
        raise NoAnswer(f"{question['provider']} gave no answer to {question['ask']}") from fault
    if "wrong" in answer:
        raise BadConnection(answer["wrong"])
    return answer["answer"]
