"""Run one part of the process tree that `up` starts. Not meant to be called by hand."""

import os
import signal
import sys
import threading
import warnings
from argparse import ArgumentParser
from typing import Any

from celery.exceptions import SecurityWarning
from django.core.management.base import BaseCommand
from gunicorn.app.wsgiapp import WSGIApplication

from config.celery import app

WORKER = ["worker", "--pool", "threads", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]


class Command(BaseCommand):
    """web, worker or scheduler; ends when its standard input closes, which is when `up` is gone."""

    help = "Run one part of the process tree of `up`."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("part", choices=["web", "worker", "scheduler"])
        parser.add_argument("--bind", default="127.0.0.1:8000")
        parser.add_argument("--at-once", type=int, default=4)

    def handle(self, *, part: str, bind: str, at_once: int, **options: Any) -> None:
        threading.Thread(target=_end_with_parent, daemon=True).start()
        if part == "web":
            sys.argv = ["gunicorn", "-c", "python:config.gunicorn", "--bind", bind, "config.wsgi"]
            WSGIApplication(prog="gunicorn").run()
        elif part == "worker":
            # Celery warns root because of serializers that can run code; ours is JSON, and containers have a user.
            warnings.filterwarnings("ignore", category=SecurityWarning)
            app.start(["--quiet", *WORKER, "--concurrency", str(at_once)])
        else:
            app.start(["--quiet", "beat", "--loglevel", "WARNING"])


def _end_with_parent() -> None:
    """Wait for the end of standard input, then ask this process to stop as if it had been told to."""
    # Not through sys.stdin: its lock would be held when the interpreter ends for another reason.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
