"""Lists cost the same number of queries whatever they list; the numbers are kept in `tests/query_counts.json`.

A changed number fails with the queries listed. FANLIGHT_RECORD_QUERY_COUNTS=1 writes the numbers anew.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.models import Function
from tests.cast import Cast
from tests.many import copy_mailer

KEPT = Path(__file__).parents[2] / "query_counts.json"
ADDRESSES = {
    "functions": "/functions/?size=250",
    "functions, all columns": "/functions/?size=250&columns=tags,triggers,entry-points,bindings,identity,owner,key",
    "functions, peek and filters": "/functions/?size=250&facets=1&q=mail%20OR%20copy",
    "functions, facets": "/search/functions/facets/?q=runtime:python",
    "functions, as of": "/functions/?size=250&at=2026-03-02T10:00",
    "functions, csv": "/functions.csv?columns=tags,triggers",
    "api functions": "/api/v1/functions/?limit=500",
    "api identities": "/api/v1/identities/?limit=500",
    "api bindings": "/api/v1/bindings/?limit=500",
    "api exposure": "/api/v1/exposure/?limit=500",
    "api trust": "/api/v1/trust/?limit=500",
    "api snapshots": "/api/v1/snapshots/?limit=500",
    "api changes": "/api/v1/changes/?limit=500",
    "identities": "/identities/?q=",
    "exposure": "/exposure/?tab=external",
    "exposure, matrix": "/exposure/?tab=external&view=matrix",
    "exposure, jsonl": "/exposure.jsonl?tab=external",
    "changes": "/changes/?q=mail",
    "compliance": "/compliance/",
    "compliance, framework": "/compliance/cis-aws-compute/",
    "compliance, control": "/compliance/cis-aws-compute/4.5/?stand=pass",
    "compliance, jsonl": "/compliance/cis-aws-compute/export.jsonl",
    "actors": "/actors/",
    "function, history": "/functions/{function}/history/",
    "api comments": "/api/v1/snapshots/{function}/1/comments/",
    "function, graph": "/functions/{function}/graph/",
    "identity, graph": "/identities/{identity}/graph/",
    "findings, mending": "/findings/mending/?days=all",
    "findings": "/findings/?facets=1",
    "findings, one rule open": "/findings/?facets=1&open=public_invoke",
    "findings, one by one": "/findings/?facets=1&view=flat",
    "findings, looked through": "/findings/?facets=1&q=mail",
    "rules": "/rules/",
    "overview": "/",
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_list_costs_as_many_queries_with_ten_rows_as_with_two_hundred(cast: Cast, client: Client, name: str) -> None:
    client.force_login(cast.analyst)
    copy_mailer(cast, 5)
    mailer = cast.functions["mailer"]
    address = ADDRESSES[name].replace("{function}", mailer.uid).replace("{identity}", _identity_of(mailer))
    few = queries(client, address)
    copy_mailer(cast, 195, begin=5)
    many = queries(client, address)
    assert len(many) == len(few), "\n".join(many)
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    if os.environ.get("FANLIGHT_RECORD_QUERY_COUNTS"):
        KEPT.write_text(json.dumps({**kept, name: len(many)}, indent=2, sort_keys=True) + "\n")
        return
    assert len(many) == kept.get(name), "\n".join(many)


def _identity_of(function: Function) -> str:
    return function.identity.uid if function.identity else ""


def queries(client: Client, address: str) -> list[str]:
    """The statements that an answer took, without those of the transaction around them."""
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
        assert answer.status_code == 200
        streamed = getattr(answer, "streaming", False)
        if streamed:
            b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    sent = [query["sql"] for query in asked.captured_queries]
    counted = [sql for sql in sent if sql.startswith(("SELECT", "WITH", "UPDATE", "INSERT", "DELETE"))]
    # Only PostgreSQL is asked for the time, (once) its schema and the lock that SQLite takes with its transaction, and
    # streams rows by a cursor that is not counted.
    by_cursor = ['"unread_count"'] if streamed else []
    of_its_own = ("clock_timestamp", "current_schema", "pg_advisory_xact_lock", *by_cursor)
    return [sql[:300] for sql in counted if not any(word in sql for word in of_its_own)]
