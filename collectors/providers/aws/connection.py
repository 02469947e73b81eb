"""What a connection to an AWS account may say, checked when it is typed.

Stored: {role_arn, external_id, profile, regions, endpoint, access_key_id, pace, last_accessed, no_metrics}; all
optional, none secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import botocore.session

from collectors.provider import BadConnection

Json = Any

_ACCOUNT = re.compile(r"^\d{12}$")
_ROLE = re.compile(r"^arn:(aws[\w-]*):iam::(\d{12}):role/[\w+=,.@/-]{1,512}$")
_EXTERNAL_ID = re.compile(r"^[\w+=,.@:/-]{2,1224}$")
_REGION = re.compile(r"^[a-z]{2}(-[a-z]+)+-\d$")
_FLAGS = ("pace", "last_accessed", "no_metrics")
_KNOWN = ("role_arn", "external_id", "profile", "regions", "endpoint", "access_key_id", *_FLAGS)
_ASKED_ELSEWHERE = ("name", "group", "stance", "schedule", "anonymous")


def connection(native_id: str, answers: Mapping[str, Json]) -> dict[str, Json]:
    """The connection to store; raises BadConnection with what is wrong and what to do."""
    if not _ACCOUNT.match(native_id):
        raise BadConnection(f"'{native_id}' is no AWS account id: give its 12 digits, without dashes.")
    given = {name: value for name, value in answers.items() if value not in (None, "", [], (), False)}
    unknown = sorted(given.keys() - {*_KNOWN, *_ASKED_ELSEWHERE})
    if unknown:
        raise BadConnection(f"AWS accounts have no setting '{unknown[0]}'. There are: {', '.join(_KNOWN)}.")
    kept: dict[str, Json] = {}
    if "endpoint" in given:
        kept["endpoint"] = check_endpoint(str(given["endpoint"]))
    if "role_arn" in given:
        kept["role_arn"] = _role(str(given["role_arn"]).strip(), native_id)
    if "external_id" in given:
        kept["external_id"] = _external_id(str(given["external_id"]), "role_arn" in kept)
    if "profile" in given:
        kept["profile"] = _profile(str(given["profile"]).strip())
    if "regions" in given:
        kept["regions"] = _regions(given["regions"])
    if "access_key_id" in given:
        kept["access_key_id"] = _access_key_id(str(given["access_key_id"]), str(kept.get("endpoint", "")))
    return kept | {name: True for name in _FLAGS if given.get(name)}


def _role(arn: str, native_id: str) -> str:
    match = _ROLE.match(arn)
    if match is None:
        raise BadConnection(f"'{arn}' is no role ARN: it looks like arn:aws:iam::{native_id}:role/FanlightReader.")
    if match[2] != native_id:
        raise BadConnection(
            f"The role belongs to account {match[2]}, not to {native_id}: give a role of the account itself."
        )
    return arn


def _external_id(value: str, with_role: bool) -> str:
    if not with_role:
        raise BadConnection("An external id is only used when a role is assumed: give role_arn too, or leave it out.")
    if not _EXTERNAL_ID.match(value):
        raise BadConnection("An external id has 2 to 1,224 characters: letters, digits and + = , . @ : / - _ .")
    return value


def _profile(name: str) -> str:
    known = botocore.session.Session().available_profiles
    if name not in known:
        raise BadConnection(
            f"There is no profile '{name}' in this machine's AWS configuration; it has {', '.join(known) or 'none'}."
        )
    return name


def _regions(given: Json) -> list[str]:
    wanted = given.replace(",", " ").split() if isinstance(given, str) else [str(name).strip() for name in given]
    known = known_regions()
    for name in wanted:
        if not _REGION.match(name) or name not in known:
            raise BadConnection(
                f"'{name}' is no AWS region that Lambda is known in: give names such as eu-west-1, us-east-1."
            )
    return list(dict.fromkeys(wanted))


def regions_of(partition: str) -> frozenset[str]:
    """The regions of a partition in which Lambda is known, from botocore's own list."""
    return frozenset(botocore.session.Session().get_available_regions("lambda", partition_name=partition))


def known_regions() -> frozenset[str]:
    """Every region of every partition in which Lambda is known."""
    return frozenset().union(*map(regions_of, botocore.session.Session().get_available_partitions()))


def _access_key_id(value: str, endpoint: str) -> str:
    if not endpoint or not on_loopback(endpoint):
        raise BadConnection(
            "access_key_id is for endpoints on this machine only; real keys come from the environment or a profile."
        )
    if not re.match(r"^\w{4,128}$", value):
        raise BadConnection("An access key id has 4 to 128 letters and digits.")
    return value


def check_endpoint(url: str) -> str:
    """The endpoint without a trailing slash: https anywhere, plain http on loopback only; may carry a path prefix."""
    url = url.strip()
    parts = urlsplit(url)
    try:
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise BadConnection(f"'{url}' is no address: {error}.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise BadConnection(
            f"'{url}' is no endpoint: give a full address such as https://lambda.example.org or http://127.0.0.1:5000."
        )
    if parts.username or parts.password:
        raise BadConnection(
            "An endpoint may not hold a user name or password: credentials come from the environment or a profile."
        )
    if parts.query or parts.fragment:
        raise BadConnection("An endpoint may not hold a query or fragment: give scheme, host, port and path only.")
    if parts.scheme == "http" and not on_loopback(url):
        raise BadConnection(
            f"'{url}' is not encrypted: plain http is for this machine only (127.0.0.1, ::1, localhost). Use https."
        )
    return url.rstrip("/")


def on_loopback(url: str) -> bool:
    """Whether an address is on this machine, by name or number."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
