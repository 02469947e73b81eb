"""What all our commands have in common: exit codes 0 · 1 · 2, and one sentence instead of a stack trace."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, ProgrammingError


def wrong_use(sentence: str) -> CommandError:
    """The error for a command used wrongly: one sentence on stderr, exit code 2."""
    return CommandError(sentence, returncode=2)


class FanlightCommand(BaseCommand):
    """A command that tells in a sentence when the database is away or not set up, and minds a closed pipe."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except BrokenPipeError:
            # The reader (head, less) has seen enough; nothing more may be written, not even at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return None
        except (OperationalError, InterfaceError, ProgrammingError) as fault:
            if sentence := _database_sentence(fault):
                raise CommandError(sentence) from fault
            raise


def _database_sentence(fault: Exception) -> str:
    text = str(fault).strip()
    first = text.splitlines()[0] if text else "no reason given"
    if any(sign in text for sign in ("no such table", "no such column", "does not exist")):
        return f"The database is not set up for this version ({first}). Run: manage.py migrate"
    if isinstance(fault, ProgrammingError):
        return ""
    return f"The database does not answer ({first}). Is it running, and is DATABASE_URL right?"
