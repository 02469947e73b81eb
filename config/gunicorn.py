"""How gunicorn serves the pages: `gunicorn -c python:config.gunicorn config.wsgi`."""

import logging
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import environ
from gunicorn.glogging import Logger
from gunicorn.http import wsgi

from config.warm import load_facts

env = environ.Env()

#: Where the web processes put what they measured, for whichever of them is asked for the metrics; chosen before
#: prometheus_client is imported, which looks for it then.
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="fanlight-metrics-")
    _MEASURED: str | None = os.environ["PROMETHEUS_MULTIPROC_DIR"]
else:
    _MEASURED = None


class Unnamed(wsgi.Response):  # type: ignore[misc]
    """An answer that does not say by what it was served."""

    def default_headers(self) -> list[str]:
        return [line for line in super().default_headers() if not line.startswith("Server:")]


class ProductLog(Logger):  # type: ignore[misc]
    """gunicorn's lines go where all others go; requests are logged by the product, with their ids."""

    def setup(self, cfg: Any) -> None:
        self.error_log.propagate = True
        self.error_log.setLevel(logging.INFO)

    @property
    def access_log_enabled(self) -> bool:
        return False


wsgi.Response = Unnamed

bind = env.str("FANLIGHT_BIND", default="127.0.0.1:8000")
workers = env.int("FANLIGHT_WEB_WORKERS", default=2)
threads = env.int("FANLIGHT_WEB_THREADS", default=4)
worker_class = "gthread"
logger_class = ProductLog
timeout = 60
graceful_timeout = 20
max_requests = 10_000
max_requests_jitter = 1_000
limit_request_line = 8190
preload_app = True
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gunicorn's heartbeat file only
forwarded_allow_ips = env.str("FANLIGHT_PROXY_ADDRESSES", default="127.0.0.1,::1")


def when_ready(server: Any) -> None:
    """Load the facts once, before the workers are forked from `server`, gunicorn's master."""
    load_facts()


def on_exit(server: Any) -> None:
    """Leave nothing behind: `server` is gunicorn's master."""
    if _MEASURED:
        shutil.rmtree(_MEASURED, ignore_errors=True)
