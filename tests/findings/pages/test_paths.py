"""A finding says of which graver path it is a part, and a path which faults it joins."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from findings.catalogue import catalogue
from findings.models import Finding
from findings.risk import key, weight
from findings.severity import Severity
from tests.cast import Cast, resource

pytestmark = pytest.mark.django_db


def finding(cast: Cast, rule: str, of: str = "thumbnails") -> Finding:
    now = timezone.now()
    return Finding.objects.create(
        resource=resource(of), function=cast.functions[of], account=cast.account, rule=rule, severity="critical",
        rank=4, evidence=[], digest="1", abouts="1", first_seen=now, opened_at=now, last_seen=now,
        risk=key(weight(Severity.CRITICAL, "none", "none", catalogue()[rule].is_path), now),
    )  # fmt: skip


@pytest.fixture
def reader(cast: Cast, client: Client) -> Client:
    client.force_login(cast.viewer)
    return client


def test_a_part_names_the_path_and_the_path_its_parts(cast: Cast, reader: Client) -> None:
    path, part = finding(cast, "public_admin"), finding(cast, "admin_identity")
    elsewhere = finding(cast, "public_admin", "janitor")
    shown = reader.get(f"/findings/{part.pk}/").content.decode()
    assert "Part of the path" in shown and f"/findings/{path.pk}/" in shown
    assert f"/findings/{elsewhere.pk}/" not in shown, "a path of another function is none of its own"
    shown = reader.get(f"/findings/{path.pk}/").content.decode()
    assert "<dt>Joins</dt>" in shown and f"/findings/{part.pk}/" in shown


def test_a_path_goes_before_its_parts(cast: Cast) -> None:
    path, part = finding(cast, "public_admin"), finding(cast, "admin_identity")
    assert list(Finding.objects.order_by("-risk")) == [path, part]


def test_the_page_of_a_combination_names_what_it_joins(cast: Cast, reader: Client) -> None:
    shown = reader.get("/rules/public_admin/").content.decode()
    assert "/rules/admin_identity/" in shown and "/rules/public_invoke/" in shown
