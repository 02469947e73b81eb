"""`manage.py evaluate`: judge everything stored anew, without asking any cloud."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from findings.evaluate import judge_everything


class Command(BaseCommand):
    help = "Judge privileges, exposure and network of everything stored, without asking any cloud."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """No arguments: it judges all accounts."""

    def handle(self, *args: Any, **options: Any) -> None:
        for account, done in judge_everything(timezone.now()):
            self.stdout.write(f"{account}: {done['functions']} functions, {done['identities']} identities judged.")
