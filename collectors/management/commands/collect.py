"""Collect accounts: all of them, or those named; with --wait in this process, else by the workers."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError

from collectors.accounts import chosen
from collectors.collect import collect_now
from collectors.models import Run
from collectors.provider import BadConnection
from collectors.schedule import AlreadyRunning
from collectors.tasks import QueueAway, start_run
from inventory.clock import now
from inventory.command import FanlightCommand, wrong_use
from inventory.models import Account
from inventory.output import add_format_option, print_rows
from inventory.record import readings_ended

Row = dict[str, Any]

WAITED = ("account", "scope", "state", "seen", "added", "changed", "gone", "calls", "seconds", "reason")
QUEUED = ("account", "run", "state", "reason")


class Command(FanlightCommand):
    help = "Collect accounts. Exit code 0 when every scope was read completely (or has nothing to read), else 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account", action="append", default=[], metavar="ID", help="id or name; may be repeated")
        parser.add_argument("--provider", default="", help="only accounts of this provider")
        parser.add_argument("--scope", default="", help="only this region, location or other scope")
        parser.add_argument("--wait", action="store_true", help="read, record and judge here, and say how it went")
        add_format_option(parser)

    def handle(self, **options: Any) -> None:
        try:
            accounts = chosen(options["account"], options["provider"])
        except BadConnection as wrong:
            raise wrong_use(str(wrong)) from wrong
        self.bad = 0
        rows, columns = (self._read, WAITED) if options["wait"] else (self._queue, QUEUED)
        print_rows(rows(accounts, options["scope"]), columns, options["format"], self.stdout)
        if self.bad and options["wait"]:
            raise CommandError(f"{self.bad} scopes or accounts were not read completely.")
        if self.bad:
            raise CommandError(f"{self.bad} of {len(accounts)} collections could not be started.")

    def _read(self, accounts: list[Account], scope: str) -> Iterator[Row]:
        for account in accounts:
            try:
                run = collect_now(account, only_scope=scope)
            except AlreadyRunning as busy:
                self.bad += 1
                yield {"account": account.name, "state": "running", "reason": str(busy)}
                continue
            for row in _scope_rows(account, run):
                self.bad += row["state"] not in ("complete", "not applicable")
                yield row
        readings_ended.send(Command, at=now())

    def _queue(self, accounts: list[Account], scope: str) -> Iterator[Row]:
        for account in accounts:
            try:
                run = start_run(account, "command", only_scope=scope)
            except (AlreadyRunning, QueueAway) as fault:
                self.bad += 1
                yield {"account": account.name, "run": None, "state": "not started", "reason": str(fault)}
                if isinstance(fault, QueueAway):
                    return
            else:
                yield {"account": account.name, "run": run.pk, "state": run.state, "reason": run.error}


def _scope_rows(account: Account, run: Run) -> Iterator[Row]:
    """How each scope went; one line for the account when there is none to tell of."""
    common = {"account": account.name, "native_id": account.native_id, "run": run.pk}
    scopes = list(run.scopes.all())
    if not scopes or run.error_class == "credentials":
        yield common | {"scope": "", "state": run.state, "error_class": run.error_class, "reason": run.error}
    for scope in scopes:
        seconds = None
        if scope.started_at and scope.finished_at:
            seconds = round((scope.finished_at - scope.started_at).total_seconds(), 1)
        yield common | {
            "scope": scope.name, "state": scope.state, "seen": scope.seen, "added": scope.changes.get("added", 0),
            "changed": scope.changes.get("changed", 0), "gone": scope.changes.get("gone", 0), "calls": scope.calls,
            "retries": scope.retries, "throttles": scope.throttles, "seconds": seconds,
            "error_class": scope.error_class, "reason": scope.error, "parts": scope.parts,
        }  # fmt: skip
