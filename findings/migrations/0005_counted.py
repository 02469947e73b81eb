"""Findings that are there already learn their region, and are counted."""

from datetime import UTC
from typing import Any

from django.db import migrations
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import TruncDate


def count(apps: Any, schema_editor: Any) -> None:
    finding = apps.get_model("findings", "Finding")
    resource = apps.get_model("inventory", "Resource")
    region = resource.objects.filter(pk=OuterRef("resource_id")).values("region")[:1]
    finding.objects.update(region=Subquery(region))
    _write(apps, "FindingCount", finding.objects.all(), "account_id", "rule", "state", "severity", "rank", "assignee_id")
    _write(apps, "RegionCount", finding.objects.all(), "account_id", "region", "state", "severity", "rank")
    for what in ("opened", "closed"):
        days = finding.objects.filter(**{f"{what}_at__isnull": False})
        days = days.annotate(day=TruncDate(f"{what}_at", tzinfo=UTC))
        _write(apps, "DayCount", days, "account_id", "rule", "day", what=what)
        _write(apps, "DayCount", days, "rule", "day", what=what)


def _write(apps: Any, table: str, findings: Any, *sort: str, **more: str) -> None:
    model = apps.get_model("findings", table)
    rows = findings.order_by().values(*sort).annotate(number=Count("pk"))
    model.objects.bulk_create((model(**row, **more, folded=True) for row in rows), batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("findings", "0004_counts"), ("inventory", "0021_sign_on")]
    operations = [migrations.RunPython(count, migrations.RunPython.noop)]
