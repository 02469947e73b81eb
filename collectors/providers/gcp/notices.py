"""Entries of the admin activity log as a log sink and Pub/Sub push them, read as notices. Pure, and without the SDK.

Shape: {message: {data, messageId, …}, subscription}, where `data` is a LogEntry as JSON in base64
(cloud.google.com, Pub/Sub "Push subscriptions", and Logging "LogEntry", 2026-11).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any

from collectors.notice import Notice
from collectors.provider import Malformed
from collectors.providers.gcp.normalize.trail import READING, activity, outcome_of, subject_of
from collectors.providers.gcp.shape import mapping, text

Json = Any

GLOBAL = "global"
_ACTIVITY = re.compile(r"^projects/([^/]+)/logs/cloudaudit\.googleapis\.com%2F(?:activity|system_event)$")
_FUNCTIONS = ("cloudfunctions.googleapis.com", "run.googleapis.com")
_IDENTITIES = ("iam.googleapis.com", "cloudresourcemanager.googleapis.com")


def notices(body: Json) -> list[Notice]:
    """The notice in a push; none for an entry that is about nothing we read. Raises Malformed."""
    data = mapping(mapping(body).get("message")).get("data")
    if not isinstance(data, str):
        raise Malformed("It has no message.data; the subscription must push wrapped messages (no payload unwrapping).")
    try:
        entry = json.loads(base64.b64decode(data, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise Malformed("message.data is no log entry: it must be JSON in base64, as a log sink writes it.") from None
    if not isinstance(entry, Mapping):
        raise Malformed("message.data is no log entry: it holds no object.")
    return _of_entry(entry)


def _of_entry(entry: Mapping[str, Json]) -> list[Notice]:
    found = _ACTIVITY.match(text(entry.get("logName")))
    record = mapping(entry.get("protoPayload"))
    service = text(record.get("serviceName"))
    if found is None or service not in (*_FUNCTIONS, *_IDENTITIES) or READING.search(text(record.get("methodName"))):
        return []
    project = found[1]
    told = activity(entry, project, {})
    labels = mapping(mapping(entry.get("resource")).get("labels"))
    location, subject = subject_of(text(record.get("resourceName")), labels, project, {})
    operation = mapping(entry.get("operation"))
    # What takes time is told twice: when it begins there is nothing to see yet.
    ended = not operation or bool(operation.get("last"))
    done = ended and outcome_of(record) == "ok"
    names = (subject,) if service in _FUNCTIONS and re.search("/(?:functions|services)/", subject) else ()
    whole = service in _IDENTITIES and location == GLOBAL
    also = _also(subject) if names else ()
    fact = told[1] if told else None
    event_id = text(entry.get("insertId"))
    return [Notice(event_id, project, location, names if done else (), whole and done, fact, also)]


def _also(subject: str) -> tuple[str, ...]:
    """The functions that a Cloud Run service may belong to: those are named like it, maybe with underscores."""
    if "/services/" not in subject:
        return ()
    function = subject.replace("/services/", "/functions/")
    head, _, name = function.rpartition("/")
    return tuple(dict.fromkeys((function, f"{head}/{name.replace('-', '_')}")))
