"""Dangerous deeds ask for the password once more when it was given some minutes ago."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.decorators import reauthentication_required


def fresh(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view whose changes need a password given within the last minutes; reading does not."""
    guarded: Callable[..., Any] = reauthentication_required(view, allow_get=True)
    return guarded
