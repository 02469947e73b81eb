"""`manage.py evaluate`: judge everything stored anew and bring findings in line, without asking any cloud."""

from argparse import ArgumentParser
from typing import Any

from findings.evaluate import judge_everything
from findings.models import Finding
from inventory.clock import now
from inventory.command import FanlightCommand


class Command(FanlightCommand):
    help = "Judge everything stored anew and bring findings in line with it, without asking any cloud."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """No arguments: it judges all accounts."""

    def handle(self, *args: Any, **options: Any) -> None:
        at = now()
        for account, done in judge_everything(at):
            self.stdout.write(f"{account}: {done['functions']} functions, {done['identities']} identities judged.")
        Finding.objects.all().expire(at)
        active = Finding.objects.active()
        accounts = active.values("account").distinct().count()
        self.stdout.write(f"{active.count()} findings are open in {accounts} account{'' if accounts == 1 else 's'}.")
