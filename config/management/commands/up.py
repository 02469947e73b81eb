"""Serve this installation: web, worker and scheduler in one process tree."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.serving import bring_tables_up_to_date, require_free_port, serve
from inventory.models import User


class Command(BaseCommand):
    """Everything a single machine needs, with the embedded database and queue; Ctrl-C stops it all."""

    help = "Serve the pages, collect and judge: web, worker and scheduler in one process tree. Ctrl-C stops it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        require_free_port(host, port)
        bring_tables_up_to_date(self.say)
        code = serve(host, port, self.say, ready=lambda: self._welcome(host, port))
        if code:
            raise CommandError("Stopped, because a part could not be kept running.", returncode=code)
        self.say("Stopped.")

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _welcome(self, host: str, port: int) -> None:
        self.say(f"\nFanlight is at http://{host}:{port}/  (Ctrl-C stops it)")
        if not User.objects.filter(is_active=True).exists():
            self.say("Nobody can sign in yet. In another terminal: .venv/bin/python manage.py createadmin")
        self.say("")
