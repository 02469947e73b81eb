"""Log lines carry ids, keep secrets out and cannot be forged."""

import json
import logging
import logging.config
from collections.abc import Callable
from io import StringIO

import pytest
import structlog

from config.logs import structlog_settings

Lines = Callable[[str], StringIO]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    """Write to a text instead of the terminal, in the form asked for."""

    def to(form: str) -> StringIO:
        settings, _ = structlog_settings("INFO", form)
        stream = StringIO()
        handler = logging.StreamHandler(stream)
        described = settings["formatters"]["lines"]
        handler.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                processors=described["processors"], foreign_pre_chain=described["foreign_pre_chain"]
            )
        )
        logger = logging.getLogger("fanlight-test")
        monkeypatch.setattr(logger, "handlers", [handler])
        monkeypatch.setattr(logger, "propagate", False)
        logger.setLevel(logging.INFO)
        return stream

    return to


def test_a_line_is_one_json_object_with_the_ids_bound_around_it(lines: Lines) -> None:
    stream = lines("json")
    with structlog.contextvars.bound_contextvars(request_id="r-1", run=7):
        structlog.get_logger("fanlight-test").info("scope_read", scope="eu-west-1")
    said = json.loads(stream.getvalue())
    assert (said["event"], said["request_id"], said["run"], said["scope"]) == ("scope_read", "r-1", 7, "eu-west-1")


@pytest.mark.parametrize("form", ["json", "lines"])
def test_what_comes_from_outside_cannot_begin_a_line_of_its_own(lines: Lines, form: str) -> None:
    stream = lines(form)
    forged = "x\r\n12:00:00 INFO    all is well\u2028\x1b[2J"
    structlog.get_logger("fanlight-test").info("seen", name=forged)
    logging.getLogger("fanlight-test").info("seen %s", forged)
    text = stream.getvalue()
    assert len(text.splitlines()) == 2
    assert "\x1b" not in text


@pytest.mark.parametrize("form", ["json", "lines"])
def test_what_is_named_like_a_secret_is_blanked(lines: Lines, form: str) -> None:
    stream = lines(form)
    structlog.get_logger("fanlight-test").info("connected", client_secret="hunter2", Authorization="Bearer hunter2")
    assert "hunter2" not in stream.getvalue()


def test_a_readable_line_has_time_level_and_event_first(lines: Lines) -> None:
    stream = lines("lines")
    structlog.get_logger("fanlight-test").warning("scope_failed", reason="no answer")
    assert stream.getvalue()[8:] == ' WARNING scope_failed reason="no answer" [fanlight-test]\n'


def test_a_traceback_follows_its_line(lines: Lines) -> None:
    stream = lines("lines")
    try:
        raise ValueError("odd")
    except ValueError:
        structlog.get_logger("fanlight-test").exception("failed")
    first, *rest = stream.getvalue().splitlines()
    assert "failed" in first
    assert rest[0].startswith("Traceback") and rest[-1] == "ValueError: odd"
