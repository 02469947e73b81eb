"""A call in a thread of its own, so that whoever waits for it is not held by a peer that never answers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")

LOOK_EVERY_SECONDS = 0.5


def aside(call: Callable[[], T], meanwhile: Callable[[], None]) -> T:
    """What the call returns; it must not raise.

    `meanwhile` is called while it is waited for, and may raise to wait no longer: the thread is then left to itself.
    """
    answers: list[T] = []
    around = copy_context()
    thread = threading.Thread(target=lambda: answers.append(around.run(call)), name="aside", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(LOOK_EVERY_SECONDS)
        meanwhile()
    return answers[0]
