"""Every call is in the published list and only reads; the documents say the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from collectors.provider import Check, Memory, ReadFault
from collectors.providers.gcp import PROVIDER
from collectors.providers.gcp.permissions import NEVER, PERMISSIONS, actions, page
from tests.collectors.conftest import DAY
from tests.collectors.providers.gcp.estate import HERE, PROJECT
from tests.collectors.providers.gcp.google import Google, Listed, refusal

DOCUMENT = Path(__file__).parents[4] / "docs" / "permissions" / "gcp.md"
READS = re.compile(r"\.(?:get|list|getIamPolicy|searchAllResources)$")
#: Using a project's quota reads and writes nothing.
NO_VERB = {"serviceusage.services.use"}
#: What an event may name and is not there any more.
NAMED = [f"projects/{PROJECT}/locations/{HERE}/{what}/gone" for what in ("functions", "services")]


def read_everything(session: Any) -> set[str]:
    for scope in PROVIDER.scopes(session):
        session.begin(scope, 600)
        for listing in PROVIDER.listings(scope):
            list(listing.fetch(session, scope, Memory(DAY)))
        list(PROVIDER.activity(session, scope, DAY, DAY))
    for listing in PROVIDER.named(HERE, NAMED):
        list(listing.fetch(session, HERE, Memory(DAY)))
    list(PROVIDER.checks(session))
    return {call for scope in (*PROVIDER.scopes(session), "global") for call in session.calls(scope).by_call}


def test_every_call_is_in_the_published_list_and_is_a_read(google: Google, session: Any) -> None:
    called = read_everything(session)
    published = {permission.action for permission in PROVIDER.permissions}
    assert called - published == set()
    assert [name for name in published - NO_VERB if not READS.search(name)] == []
    posts = {asked.path.rpartition(":")[2] for asked in google.asked if asked.method == "POST"}
    assert posts <= {"getIamPolicy", "list"}
    assert {asked.method for asked in google.asked} == {"GET", "POST"}


def test_nothing_is_published_that_is_not_used(google: Google, session: Any) -> None:
    google.fail(":searchAllResources", refusal(403))
    google.fail("/v1/projects/acme-data/locations/-/services", refusal(404))
    google.answers["/v1/projects/acme-data/locations"] = Listed("locations", [{"locationId": HERE}])
    called = read_everything(session)
    with pytest.raises(ReadFault, match="resourcemanager"):
        list(PROVIDER.discover(session))
    called |= set(session.calls("global").by_call)
    unused = {permission.action for permission in PERMISSIONS} - called - NO_VERB
    # Listing folders is asked only where listing projects was allowed.
    assert unused <= {"resourcemanager.folders.list"}


def test_the_role_never_reads_code_or_secrets_nor_calls_or_becomes_anybody() -> None:
    assert not set(NEVER) & set(actions())
    assert not [name for name in actions() if re.search(r"secret|AccessToken|invoke|call|actAs|sourceCode", name)]


def test_a_role_for_one_project_leaves_out_what_only_exists_above() -> None:
    alone = PROVIDER.permissions_document({"endpoint": "x"})
    whole = PROVIDER.permissions_document({"organisation": "organizations/99"})
    assert "resourcemanager.folders.get" in whole
    assert "resourcemanager.folders" not in alone
    assert "run.services.getIamPolicy" in alone


def test_the_page_is_what_the_list_renders() -> None:
    assert DOCUMENT.read_text() == page()


def test_the_connection_test_tries_each_call_and_names_what_is_missing(google: Google, session: Any) -> None:
    google.fail("/keys", refusal(403))
    lines: list[Check] = list(PROVIDER.checks(session))
    outcomes = {line.call: line.outcome for line in lines}
    assert outcomes["cloudfunctions.functions.list"] == "ok"
    denied = [line for line in lines if line.outcome == "denied"]
    assert [line.permission for line in denied] == ["iam.serviceAccountKeys.list"]
    assert {
        "run.services.getIamPolicy",
        "iam.serviceAccounts.getIamPolicy",
        "logging.logEntries.list",
    } <= outcomes.keys()
    assert any(PROJECT in asked.path and HERE in asked.path for asked in google.asked)
