"""The role that deploy/database-roles.sql makes can run Fanlight, and cannot touch what the audit log says (R-44)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection
from django.test import Client
from django.urls import reverse

from findings.evaluate import judge_account
from inventory.audit import audit, verify
from inventory.models import AuditEntry, Resource, User
from tests.cast import DAY_TWO, build_cast

ROLE = f"fanlight_test_app_{os.getpid()}"
SCRIPT = Path(settings.BASE_DIR) / "deploy" / "database-roles.sql"


def run_script() -> None:
    """As an operator does it."""
    told = connection.settings_dict
    address = [f"--host={told['HOST']}", f"--port={told['PORT']}", f"--username={told['USER']}", told["NAME"]]
    subprocess.run(["psql", "-q", "-v", f"app={ROLE}", "-f", str(SCRIPT), *address], check=True, timeout=60)


def said(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def as_app(broker: str) -> Iterator[None]:
    """The test's connection with the rights of the application's role, and no others."""
    said(f"CREATE ROLE {ROLE}")
    run_script()
    said(f"SET ROLE {ROLE}")
    yield
    said("RESET ROLE")
    said(f"DROP OWNED BY {ROLE}")
    said(f"DROP ROLE {ROLE}")


def test_fanlight_works_with_it(as_app: None, client: Client) -> None:
    cast = build_cast()
    judge_account(cast.account, DAY_TWO)
    client.force_login(User.objects.create_user("ada", role="admin"))
    for name in ("overview", "functions", "findings", "settings-audit"):
        assert client.get(reverse(name)).status_code == 200, name
    assert client.post(reverse("settings"), {"theme": "dark", "density": ""}).status_code == 302
    Resource.objects.filter(pk=cast.functions["legacy"].pk).delete()
    assert AuditEntry.objects.exists()
    assert list(verify().faults) == []


@pytest.mark.parametrize("statement", [
    "UPDATE inventory_auditentry SET who = 'nobody'",
    "DELETE FROM inventory_auditentry",
    "TRUNCATE inventory_auditentry",
    "ALTER TABLE inventory_auditentry DISABLE TRIGGER ALL",
    "DROP TABLE inventory_auditentry CASCADE",
    "DELETE FROM django_migrations",
    "SET session_replication_role = replica",
])  # fmt: skip
def test_the_log_is_out_of_its_reach(as_app: None, statement: str) -> None:
    audit("settings", after={"theme": "dark"})
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        said(statement)
    assert AuditEntry.objects.get().action == "settings"
