"""What may be typed to connect a project, and what is kept of it."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from collectors.provider import AccountRef, BadConnection, BadCredentials
from collectors.providers.gcp import PROVIDER
from tests.collectors.providers.gcp.estate import PROJECT

LOCAL = "http://127.0.0.1:8089"


def test_an_emulator_is_connected_with_two_words() -> None:
    kept = PROVIDER.connection(PROJECT, {"endpoint": f"{LOCAL}/", "anonymous": True, "name": "x", "group": ""})
    assert kept == {"endpoint": LOCAL, "anonymous": True}


@pytest.mark.parametrize("project", ["acme-data", "example.com:acme-data", "test_project", "abc"])
def test_projects_are_known_by_their_id(project: str) -> None:
    assert PROVIDER.connection(project, {}) == {}


@pytest.mark.parametrize(
    "project", ["", "123456789012", "Acme", "a", "acme data", "projects/acme-data", "acme-data/.."]
)
def test_what_is_no_project_id_is_refused(project: str) -> None:
    with pytest.raises(BadConnection):
        PROVIDER.connection(project, {})


def test_ways_to_sign_in_are_kept_and_nothing_secret_is() -> None:
    robot = "reader@acme-data.iam.gserviceaccount.com"
    given = {"credentials_file": "/etc/keys/reader.json", "impersonate": robot, "quota_project": "acme-billing",
             "organisation": "organizations/99", "regions": "europe-west1, us-central1"}  # fmt: skip
    assert PROVIDER.connection(PROJECT, given) == given | {"regions": ["europe-west1", "us-central1"]}


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"endpoint": "http://cloud.example.org"}, "https"),
        ({"endpoint": "ftp://127.0.0.1"}, "endpoint"),
        ({"endpoint": "https://user:pw@x.example"}, "user name"),
        ({"endpoint": "https://x.example/?key=1"}, "query"),
        ({"anonymous": True}, "endpoint"),
        ({"anonymous": True, "endpoint": LOCAL, "credentials_file": "/k.json"}, "not both"),
        ({"credentials_file": '{"private_key": "x"}'}, "path"),
        ({"credentials_file": "key.json"}, "absolute"),
        ({"impersonate": "dana@acme.example"}, "service account"),
        ({"organisation": "99"}, "organizations/"),
        ({"regions": ["europe"]}, "location"),
        ({"role_arn": "arn:aws:iam::1:role/x"}, "role_arn"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(given: dict[str, Any], word: str) -> None:
    with pytest.raises(BadConnection, match=word):
        PROVIDER.connection(PROJECT, given)


def test_https_is_accepted_anywhere_and_may_carry_a_path() -> None:
    given = {"endpoint": "https://proxy.example.org/google/"}
    assert PROVIDER.connection(PROJECT, given) == {"endpoint": "https://proxy.example.org/google"}


def test_a_key_file_that_is_not_there_is_bad_credentials() -> None:
    with pytest.raises(BadCredentials):
        PROVIDER.connect(AccountRef("gcp", PROJECT, PROJECT, {"credentials_file": "/nowhere/reader.json"}))


def test_looking_at_the_provider_loads_no_sdk() -> None:
    code = (
        "import os, sys, django; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings'); django.setup();"
        "from collectors.providers.gcp import PROVIDER; PROVIDER.connection('acme-data', {});"
        "PROVIDER.permissions_document({}); PROVIDER.listings('global');"
        "print([name for name in sys.modules if name.split('.')[0] in ('google', 'grpc', 'requests')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"
