"""One example of the API: a request as a `curl` line and the answer in short, from one declaration.

What differs from reader to reader is a variable of the shell: `FANLIGHT_URL` and `FANLIGHT_TOKEN`, and the ids of
things (`FUNCTION`, `FINDING`, …), which the page sets to what the reader sees. So a line is the same everywhere, and
the tests run each one.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

#: What may stand between double quotes in a shell and means itself, besides our variables.
PLAIN = re.compile(r"[A-Za-z0-9/_.-]*")
VARIABLE = re.compile(r"\$([A-Z]+)")


@dataclass(frozen=True)
class Example:
    """`path` is below /api/v1/ and may hold variables; `answer` is what comes back, in short: a value of JSON, a text
    of another form, or None where there is no body."""

    operation: str
    says: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    method: str = "GET"
    status: int = HTTPStatus.OK
    answer: Any = None

    def curl(self) -> str:
        """The line for a shell: every text that is not plain is quoted."""
        if not PLAIN.fullmatch(VARIABLE.sub("", self.path)):
            raise ValueError(f"{self.path!r} would mean something else to a shell.")
        parts = [
            f'curl -sS{"" if self.method == "GET" else f" -X {self.method}"} -H "Authorization: Bearer $FANLIGHT_TOKEN"'
        ]
        if self.body is not None:
            parts += [
                "-H 'Content-Type: application/json'",
                f"-d {shlex.quote(json.dumps(self.body, ensure_ascii=False))}",
            ]
        parts.append(f'{"-G " if self.query else ""}"$FANLIGHT_URL/api/v1/{self.path}"')
        parts += [f"--data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in self.query.items()]
        return " \\\n  ".join(parts)

    def filled(self, ids: Mapping[str, str]) -> str:
        """The path with the variables' values. Raises KeyError for one that has none."""
        return VARIABLE.sub(lambda found: ids[found[1]], self.path)

    @property
    def shown(self) -> str:
        """The answer's body as text; empty where there is none."""
        if self.answer is None:
            return ""
        return self.answer if isinstance(self.answer, str) else spelled(self.answer)

    @property
    def phrase(self) -> str:
        """The status in words."""
        return HTTPStatus(self.status).phrase


def spelled(value: Any, depth: int = 0, width: int = 88) -> str:
    """JSON with a line break only where a line would be too long."""
    flat = json.dumps(value, ensure_ascii=False)
    if not value or not isinstance(value, dict | list) or len(flat) + 2 * depth <= width:
        return flat
    inner = "  " * (depth + 1)
    named = isinstance(value, dict)
    parts = (
        [f"{json.dumps(name)}: {spelled(one, depth + 1)}" for name, one in value.items()]
        if isinstance(value, dict)
        else [spelled(one, depth + 1) for one in value]
    )
    begin, end = "{}" if named else "[]"
    return f"{begin}\n" + ",\n".join(inner + part for part in parts) + "\n" + "  " * depth + end
