"""Make a person who may do everything: there is no default account.

They are `local`: their password opens the door even where single sign-on is the only way for everybody else.
"""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from config.settings import env
from inventory.audit import audit
from inventory.models import Role, User


class Command(BaseCommand):
    """Asks for a name and a password, or takes them from the command line and standard input."""

    help = "Make an administrator. Asks for what is not given; passwords are never taken from the command line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from the first line of standard input (else FANLIGHT_ADMIN_PASSWORD, else ask)",
        )

    def handle(self, *, username: str | None, password_stdin: bool, **options: Any) -> None:
        given = env.str("FANLIGHT_ADMIN_PASSWORD", default="")
        asking = not (password_stdin or given)
        if asking and not sys.stdin.isatty():
            raise CommandError("No terminal to ask for a password: use --password-stdin.", returncode=2)
        username = username or (input("Username [admin]: ").strip() if asking else "") or "admin"
        if User.objects.filter(username=username).exists():
            raise CommandError(f"There is already somebody named {username}.")
        password = sys.stdin.readline().rstrip("\n") if password_stdin else given or _asked_twice()
        person = User(username=username, role=Role.ADMIN, local=True)
        try:
            person.full_clean(exclude=["password"])
            validate_password(password, person)
        except ValidationError as fault:
            raise CommandError(" ".join(fault.messages)) from fault
        person.set_password(password)
        person.save()
        audit("user", of=person, after={"made": username, "role": person.role, "local": True})
        self.stdout.write(f"{username} can sign in now.")


def _asked_twice() -> str:
    first = getpass.getpass("Password (12 characters or more): ")
    if getpass.getpass("The same again: ") != first:
        raise CommandError("The two were not the same.")
    return first
