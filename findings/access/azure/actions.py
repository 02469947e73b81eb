"""Matching of Azure actions: `*` stands for anything, slashes included; case does not matter."""

import re
from functools import lru_cache

from findings.access.azure.roles import Permission


@lru_cache(maxsize=16384)
def _pattern(action: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, action.lower().split("*"))))


@lru_cache(maxsize=65536)
def matches(pattern: str, action: str) -> bool:
    """Whether an action pattern of a role covers the action."""
    return _pattern(pattern).fullmatch(action.lower()) is not None


def includes(permission: Permission, action: str, data: bool) -> bool:
    """Whether the entry names the action on that plane and does not leave it out (conditions aside)."""
    named = permission.data_actions if data else permission.actions
    left_out = permission.not_data_actions if data else permission.not_actions
    return any(matches(one, action) for one in named) and not any(matches(one, action) for one in left_out)
