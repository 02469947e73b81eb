"""What a connection to a Google Cloud project may say, checked when it is typed.

Stored: {endpoint, anonymous, credentials_file, impersonate, quota_project, organisation, regions, pace, no_metrics};
all optional, none secret: `credentials_file` is a path on the worker's machine, never its content.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from collectors.provider import BadConnection

Json = Any

_PROJECT = re.compile(r"^(?:[a-z0-9.-]{1,63}:)?[a-z][a-z0-9_-]{1,61}[a-z0-9]$")
_EMAIL = re.compile(r"^[\w.+-]{1,64}@[\w.-]+\.gserviceaccount\.com$")
_CONTAINER = re.compile(r"^(?:organizations|folders)/\d{1,20}$")
_REGION = re.compile(r"^[a-z]+-[a-z]+\d{1,2}$")
_KNOWN = (
    "endpoint", "anonymous", "credentials_file", "impersonate", "quota_project", "organisation", "regions", "pace",
    "no_metrics",
)  # fmt: skip
_ASKED_ELSEWHERE = ("name", "group", "stance", "schedule")


def connection(native_id: str, answers: Mapping[str, Json]) -> dict[str, Json]:
    """The connection to store; raises BadConnection with what is wrong and what to do."""
    if not _PROJECT.match(native_id):
        hint = " That is a number: give the project's id." if native_id.isdigit() else ""
        raise BadConnection(f"'{native_id}' is no project id: it looks like acme-prod-1234.{hint}")
    given = {name: value for name, value in answers.items() if value not in (None, "", [], (), False)}
    unknown = sorted(given.keys() - {*_KNOWN, *_ASKED_ELSEWHERE})
    if unknown:
        raise BadConnection(f"Google Cloud projects have no setting '{unknown[0]}'. There are: {', '.join(_KNOWN)}.")
    kept: dict[str, Json] = {}
    if "endpoint" in given:
        kept["endpoint"] = check_endpoint(str(given["endpoint"]))
    if "credentials_file" in given:
        kept["credentials_file"] = _path(str(given["credentials_file"]).strip())
    if "impersonate" in given:
        kept["impersonate"] = _matching(given["impersonate"], _EMAIL, "the e-mail of a service account")
    if "quota_project" in given:
        kept["quota_project"] = _matching(given["quota_project"], _PROJECT, "the id of the project to bill quota to")
    if "organisation" in given:
        kept["organisation"] = _matching(given["organisation"], _CONTAINER, "organizations/123 or folders/456")
    if "regions" in given:
        kept["regions"] = _regions(given["regions"])
    kept |= {name: True for name in ("anonymous", "pace", "no_metrics") if given.get(name)}
    _agree(kept)
    return kept


def _agree(kept: Mapping[str, Json]) -> None:
    """Anonymous asking is for emulators only, and rules credentials out."""
    if not kept.get("anonymous"):
        return
    if "endpoint" not in kept:
        raise BadConnection("Google answers nobody without credentials: anonymous needs the endpoint of an emulator.")
    if "credentials_file" in kept or "impersonate" in kept:
        raise BadConnection("Either ask without credentials (anonymous), or with some: not both.")


def _path(text: str) -> str:
    if text.startswith("{") or "\n" in text or "PRIVATE KEY" in text:
        raise BadConnection("Give the path of the key file on the worker's machine, never its content.")
    if not PurePath(text).is_absolute():
        raise BadConnection(f"'{text}' is no absolute path: give the key file's place on the worker's machine.")
    return text


def _matching(value: Json, pattern: re.Pattern[str], wanted: str) -> str:
    text = str(value).strip()
    if not pattern.match(text):
        raise BadConnection(f"'{text}' will not do: give {wanted}.")
    return text


def _regions(given: Json) -> list[str]:
    wanted = given.replace(",", " ").split() if isinstance(given, str) else [str(name).strip() for name in given]
    for name in wanted:
        if not _REGION.match(name):
            raise BadConnection(f"'{name}' is no location: give names such as europe-west1, us-central1.")
    return list(dict.fromkeys(wanted))


def check_endpoint(url: str) -> str:
    """The endpoint without a trailing slash: https anywhere, plain http on loopback only; may carry a path prefix."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise BadConnection(f"'{url}' is no address: {error}.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise BadConnection(f"'{url}' is no endpoint: give a full address such as http://127.0.0.1:8089.")
    if parts.username or parts.password:
        raise BadConnection("An endpoint may not hold a user name or password.")
    if parts.query or parts.fragment:
        raise BadConnection("An endpoint may not hold a query or fragment: give scheme, host, port and path only.")
    if parts.scheme == "http" and not on_loopback(host):
        raise BadConnection(
            f"'{url}' is not encrypted: plain http is accepted on this machine (127.0.0.1, ::1, localhost) only. "
            "Use https."
        )
    return url.rstrip("/")


def on_loopback(host: str) -> bool:
    """Whether a host is this machine, by name or number."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
