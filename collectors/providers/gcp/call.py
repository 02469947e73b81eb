"""What to ask: one read of one API. No SDK here, so that the fetching modules need none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Json = Any


@dataclass(frozen=True, slots=True)
class Call:
    """A read. `permission` is what it needs, and the name it is counted under.

    Either `path` (below the API's address, with `params`; a `body` makes it a POST, as Google has for some reads), or
    `client` (module.Class of Google's library, with `method` and the `body` of its request) says what to ask.
    """

    permission: str
    api: str
    path: str = ""
    params: Mapping[str, Json] = field(default_factory=dict)
    body: Mapping[str, Json] | None = None
    client: str = ""
    method: str = ""

    @property
    def name(self) -> str:
        return self.permission

    def on_page(self, key: str, token: str) -> Call:
        """The same question for the page that a token names; `key` is where the question carries it."""
        if not token:
            return self
        if self.client:
            return replace(self, body={**(self.body or {}), "page_token": token})
        if self.body is not None:
            return replace(self, body={**self.body, key: token})
        return replace(self, params={**self.params, key: token})
