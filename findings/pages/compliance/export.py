"""A framework as a file: one row for each control and account, with what cannot be said, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defusedcsv import csv
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from findings.compliance import STANDS, Stand, stands, stands_on
from findings.pages.compliance.asked import Asked, asked
from findings.pages.functions.coverage import coverage_of
from findings.pages.functions.export import Echo
from inventory.audit import audit
from inventory.exporting import too_many
from inventory.models import Account
from inventory.output import as_json, cell
from inventory.permission import needs

COLUMNS = (
    "framework", "version", "control", "subject", "provider", "account", "account_name", "result", *STANDS.values(),
    "rules", "remark",
)  # fmt: skip


@needs("view")
def compliance_csv(request: HttpRequest, slug: str) -> HttpResponse | StreamingHttpResponse:
    """CSV with formula cells made harmless; the header row names the columns."""
    wanted = asked(request, slug)
    rows, writer = list(_rows(wanted)), csv.writer(Echo())

    def lines() -> Iterator[str]:
        yield writer.writerow(COLUMNS)
        for row in rows:
            yield writer.writerow([cell(row[column]) for column in COLUMNS])

    return _file(wanted, "csv", "text/csv; charset=utf-8", lines())


@needs("view")
def compliance_jsonl(request: HttpRequest, slug: str) -> HttpResponse | StreamingHttpResponse:
    """JSON lines; the first says what was asked, of which day, and how far it can be trusted."""
    wanted = asked(request, slug)
    rows, covered = list(_rows(wanted)), coverage_of(wanted.accounts, wanted.now)

    def lines() -> Iterator[str]:
        yield as_json({
            "framework": wanted.framework.name, "version": wanted.framework.version,
            "scope": wanted.scope.choice.value, "day": wanted.on, "as_of": wanted.now, "accounts": covered.accounts,
            "accounts_fresh": covered.fresh,
        }) + "\n"  # fmt: skip
        for row in rows:
            yield as_json(row) + "\n"

    return _file(wanted, "jsonl", "application/jsonl; charset=utf-8", lines())


def _rows(wanted: Asked) -> Iterator[dict[str, Any]]:
    """Control by control and, within, account by account; a control of which nothing is known has one row."""
    found = (
        stands_on(wanted.on, wanted.slug, wanted.accounts) if wanted.on else stands(wanted.controls, wanted.accounts)
    )
    accounts = {account.pk: account for account in wanted.accounts}
    for one in wanted.controls:
        of_accounts = found.get(one.key, {})
        remark = "" if one.rules else one.control.unanswered
        known: list[tuple[Account | None, Stand]] = [
            (account, of_accounts[pk]) for pk, account in accounts.items() if pk in of_accounts
        ]
        for account, stand in known or [(None, Stand())]:
            yield {
                "framework": wanted.framework.name, "version": wanted.framework.version, "control": one.control.id,
                "subject": one.control.subject, "provider": account.provider if account else "",
                "account": account.native_id if account else "", "account_name": account.name if account else "",
                "result": stand.word if one.rules else "not answered",
                **{column: getattr(stand, column) for column in STANDS.values()},
                "rules": [rule.id for rule in one.rules], "remark": remark,
            }  # fmt: skip


def _file(wanted: Asked, ending: str, kind: str, lines: Iterator[str]) -> HttpResponse | StreamingHttpResponse:
    if refused := too_many(wanted.request, wanted.now):
        return refused
    audit("export", wanted.request, after={
        "list": "compliance", "form": ending, "framework": wanted.slug, "scope": wanted.scope.choice.value,
        "account": wanted.account.native_id if wanted.account else "", "day": wanted.on,
    })  # fmt: skip
    answer = StreamingHttpResponse(lines, content_type=kind)
    stamp = wanted.on.isoformat() if wanted.on else f"{wanted.now:%Y-%m-%dT%H%MZ}"
    answer["Content-Disposition"] = f'attachment; filename="compliance_{wanted.slug}_{stamp}.{ending}"'
    return answer
