"""How fast the findings pages answer over 100,000 functions with 20 findings each.

    python -m benchmarks.bench_findings [--functions 100000] [--each 20]

Writes to the database of DATABASE_URL, which must be empty (without one: SQLite in a temporary folder). Functions come
from the ORM, findings from one INSERT … SELECT a rule. Prints milliseconds of the server for each page; figures to
reach: lists 100 ms, facets 250 ms on PostgreSQL, three times that on SQLite.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

PAGES = (
    (
        "by rule",
        "/findings/",
        ("", "severity:critical", "state:set-aside", "provider:aws assignee:none", "account:team-04*", "is:overdue"),
    ),
    ("by rule, one open", "/findings/?open=runtime_ended", ("",)),
    ("one by one", "/findings/?view=flat", ("", "severity:critical", "rule:public_invoke", "is:new")),
    ("facets", "/findings/facets/", ("", "severity:critical")),
    ("rules", "/rules/", ("",)),
    ("overview", "/", ("",)),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--functions", type=int, default=100_000)
    parser.add_argument("--each", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("FANLIGHT_VAR", folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        os.environ["FANLIGHT_LOG_LEVEL"] = "ERROR"
        import django

        django.setup()
        _prepare(options.functions, options.each)
        _measure()


def _prepare(functions: int, each: int) -> None:
    from django.core.management import call_command

    from findings.models import Finding

    call_command("migrate", verbosity=0)
    if Finding.objects.exists():
        return
    begun = time.perf_counter()
    _functions(functions)
    _findings(each)
    print(f"{functions:,} functions with {each} findings each written in {time.perf_counter() - begun:.0f} s")


def _functions(number: int) -> None:
    from benchmarks.big_estate import AT, REGIONS, BigEstate
    from inventory.chunks import batched
    from inventory.models import Account, Function, Resource, Scope

    estate = BigEstate(number)
    if not Account.objects.exists():
        estate._accounts()
    accounts = list(Account.objects.order_by("pk"))
    scopes = {(scope.account_id, scope.name): scope for scope in Scope.objects.all()}
    for some in batched(range(number), 5000):
        rows = []
        for i in some:
            account, region = accounts[i % len(accounts)], REGIONS[(i // len(accounts)) % 4]
            arn = f"arn:aws:lambda:{region}:{account.native_id}:function:{estate._name()}-{i}"
            rows.append(estate._resource("function", account, scopes[account.pk, region], "functions", arn, region))
            rows[-1].gone_at = None
        Resource.objects.bulk_create(rows)
        Function.objects.bulk_create(
            Function(resource=row, uid=row.uid, provider="aws", account_id=row.account_id, region=row.region,
                     name=row.name, native_id=row.native_id, search_text=row.native_id.lower(), first_seen=AT,
                     changed_at=row.changed_at)
            for row in rows
        )  # fmt: skip


def _findings(each: int) -> None:
    """Every rule about functions of AWS fails an equal part of them; one in eight is set aside, one in ten assigned."""
    from django.db import connection

    from benchmarks.big_estate import AT
    from findings import risk
    from findings.catalogue import catalogue
    from findings.models import Finding
    from findings.models.ledger import recount
    from inventory.models import User

    user, _ = User.objects.get_or_create(username="bench", defaults={"role": "admin"})
    rules = [rule for rule in catalogue().values() if rule.about == "function" and "aws" in rule.checks]
    with connection.cursor() as cursor:
        for place, rule in enumerate(rules):
            key = risk.key(risk.weight(rule.severity, "none", "write"), AT)
            cursor.execute(
                "INSERT INTO findings_finding (resource_id, function_id, account_id, region, rule, state, severity,"
                " rank, because, evidence, faults, digest, abouts, first_seen, opened_at, last_seen, due_at,"
                " assignee_id, reason, before, risk) SELECT resource_id, resource_id, account_id, region, %s,"
                " CASE WHEN resource_id %% 8 = 0 THEN 'accepted' ELSE 'open' END, %s, %s, '', '[]', 1, '', '',"
                " changed_at, changed_at, %s, CASE WHEN resource_id %% 5 = 0 THEN changed_at END,"
                " CASE WHEN resource_id %% 10 = 1 THEN %s END, '', '', %s + resource_id %% 100000"
                " FROM inventory_function WHERE (resource_id * 7 + %s) %% %s < %s",
                [rule.id, rule.severity.value, rule.severity.rank, AT, user.pk, key, place * 13, len(rules), each],
            )
        cursor.execute(
            "INSERT INTO findings_rulecount"
            " (rule, account_id, passed, failed, unknown, not_applicable, errors, disabled)"
            " SELECT rule, account_id, 100, count(*), 3, 2, 0, 0 FROM findings_finding GROUP BY rule, account_id"
        )
        list(recount(Finding))
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _measure() -> None:
    from django.db import connection
    from django.test import Client

    from benchmarks.bench_list import _group
    from inventory.models import User

    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username="bench"))
    print(connection.vendor)
    for title, address, queries in PAGES:
        _group(title, client, address, queries)


if __name__ == "__main__":
    main()
