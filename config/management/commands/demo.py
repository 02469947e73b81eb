"""Show Fanlight with an invented organisation: no cloud account, no server, no question asked."""

import logging
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config import demo
from config.clouds import clouds
from config.serving import require_free_port, serve

#: Not for the demonstration: where the real installation keeps its data, and the operator's own clouds.
NOT_HANDED_ON = ("DATABASE_URL", "CELERY_BROKER_URL", "AWS_", "FANLIGHT_")


class Command(BaseCommand):
    """Keeps to a folder of its own (var/demo) and builds it anew at each start, so that its history ends today."""

    help = "Serve a demonstration: local clouds of an invented organisation, collected for a week. Ctrl-C stops it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--size", type=int, default=130, help="functions in the organisation")
        parser.add_argument("--build-only", action="store_true", help="fill the database, then end")

    def handle(self, *, host: str, port: int, size: int, build_only: bool, **options: Any) -> None:
        if not settings.DEMO:
            _start_again_apart()
        if not build_only:
            require_free_port(host, port)
        # Only what goes wrong is worth a line while the estate's week goes by.
        logging.getLogger().setLevel(logging.ERROR)
        with demo.only_one():
            demo.forget_the_last_one()
            call_command("migrate", verbosity=0)
            now, base = demo.last_and_first_day()
            with clouds(size, base) as running:
                password = demo.build(running, now, self.say)
                if not build_only:
                    self._serve(host, port, password)

    def _serve(self, host: str, port: int, password: str) -> None:
        def ready() -> None:
            self.say(f"\nFanlight is at http://{host}:{port}/  (Ctrl-C stops it)")
            self.say(f"Sign in as {demo.USERNAME} with the password {password}\n")

        if code := serve(host, port, self.say, ready):
            raise CommandError("Stopped, because a part could not be kept running.", returncode=code)
        self.say("Stopped.")

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _start_again_apart() -> None:
    """Replace this process by one whose settings are the demonstration's."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(NOT_HANDED_ON)}
    folder = settings.BASE_DIR / "var" / "demo"
    environment |= {
        "FANLIGHT_DEMO": "true",
        "FANLIGHT_VAR": str(folder),
        "FANLIGHT_HTTPS": "false",
        "FANLIGHT_LOG_FORMAT": "lines",
        "FANLIGHT_LOG_LEVEL": "WARNING",
        "DATABASE_URL": f"sqlite:///{folder / 'fanlight.sqlite3'}",
        "CELERY_BROKER_URL": "filesystem://localhost//",
    }
    os.execve(sys.executable, [sys.executable, *sys.argv], environment)  # noqa: S606 - ourselves again
