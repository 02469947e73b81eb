"""AWS Lambda: event functions and web functions, the roles they run as, and what surrounds them.

The provider is made when it is first asked for: what only understands events must not load the SDK.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    if name != "PROVIDER":
        raise AttributeError(name)
    made = globals()["PROVIDER"] = import_module(f"{__name__}.provider").Aws()
    return made
