"""manage.py sandbox serve: the invented organisation of Larkfield, for the real collectors and SDKs."""

import signal
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from collectors.sandbox import RunningSandbox, Sandbox
from collectors.sandbox.estate import DEFAULT_SIZE, LAST_DAY
from collectors.sandbox.estate.aws.accounts import EXTERNAL_ID, MANAGEMENT, READER_ROLE
from collectors.sandbox.estate.azure import tenant
from collectors.sandbox.estate.gcp import organisation

DEFAULT_PORT = 8600
WRONG_USE = 2


class Command(BaseCommand):
    help = "Serve local clouds with an invented organisation, for trying things out without a cloud account."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        serve = actions.add_parser("serve", help="serve until Ctrl-C")
        serve.add_argument("--size", type=int, default=DEFAULT_SIZE, help="functions in the estate")
        serve.add_argument("--seed", type=int, default=1, help="the same seed gives the same estate")
        serve.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes any free one")
        serve.add_argument("--day", type=int, default=LAST_DAY, help=f"the day it is in the estate, 0 to {LAST_DAY}")

    def handle(self, *arguments: Any, size: int, seed: int, port: int, day: int, **options: Any) -> None:
        if not 0 <= day <= LAST_DAY:
            raise CommandError(f"The estate lives from day 0 to day {LAST_DAY}.", returncode=WRONG_USE)
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        sandbox = Sandbox(size, seed, base=midnight - timedelta(days=day))
        try:
            running = sandbox.serve(port, day)
        except OSError as fault:
            raise CommandError(f"Port {port} cannot be used: {fault.strerror}.", returncode=WRONG_USE) from fault
        with running:
            self._serve(running)

    def _serve(self, running: RunningSandbox) -> None:
        # What a shell starts in the background is born deaf to Ctrl-C, and would never end.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        try:
            self.stdout.write("\n".join(_welcome(running)))
            self.stdout.flush()
            Event().wait()
        except KeyboardInterrupt:
            self.stdout.write("The sandbox has ended.")


def _welcome(running: RunningSandbox) -> list[str]:
    """Where it is, what is in it, and how to connect to it."""
    today = running.estate.at(running.day)
    counts = len(today.aws.all_functions()), len(today.gcp.all_functions()), len(today.azure.all_apps())
    return [
        "The sandbox is at {}: {} functions in AWS, {} in Google Cloud, {} apps in Azure on day {}.".format(
            running.url, *counts, running.day
        ),
        "Connect to it in another terminal:",
        f"  export AWS_ACCESS_KEY_ID=FANLIGHT{MANAGEMENT} AWS_SECRET_ACCESS_KEY=sandbox",
        f"  manage.py accounts add aws {MANAGEMENT} --endpoint {running.url}",
        f"  manage.py accounts add gcp {organisation.SHOP} --endpoint {running.url} --anonymous",
        f"  manage.py accounts add azure {tenant.SHOP} --endpoint {running.url} --anonymous",
        f"Member accounts of AWS let in the role {READER_ROLE} with the external id {EXTERNAL_ID}.",
        "Ctrl-C ends it.",
    ]
