"""What of a function one person may see."""

from __future__ import annotations

from typing import Any

from inventory.models import Account, Function, User


def seen_by(user: User | Any, function: Function) -> Function:
    """The function without its identity where that belongs to an account that the person may not see."""
    identity = function.identity
    if identity is None or identity.account_id == function.account_id:
        return function
    if not Account.objects.visible_to(user).filter(pk=identity.account_id).exists():
        function.identity = None
    return function
