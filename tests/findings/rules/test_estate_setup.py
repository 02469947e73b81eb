"""What was planted in the sandbox's organisation about set-up: runtimes, secrets, keys, logs, supply, limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from collectors.sandbox.estate import DEFAULT_BASE, LAST_DAY
from findings.catalogue import catalogue
from findings.rule import judge
from tests.findings.rules.conftest import Estate

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("rule", "cloud", "name", "verdict"),
    [
        ("runtime_ended", "aws", "ruby-toy", "fail high"),
        ("runtime_ended", "aws", "mailer", "pass"),
        ("runtime_ended", "aws", "search-suggest", "not applicable"),
        ("runtime_ended", "azure", "lark-image", "not applicable"),
        ("published_runtime_ended", "aws", "image-resize-legacy", "fail medium"),
        ("image_runtime_unseen", "aws", "search-suggest", "fail info"),
        ("runtime_not_patched", "aws", "ping-pong", "fail low"),
        ("runtime_not_patched", "gcp", "basket-render", "fail low"),
        ("runtime_not_patched", "gcp", "price-widget", "pass"),
        ("first_generation", "gcp", "mailer", "fail info"),
        ("dotnet_in_process", "azure", "lark-stopped", "unknown"),
        ("secret_in_variable", "aws", "mailer", "fail high"),
        ("secret_in_variable", "aws", "pdf-maker", "fail high"),
        ("secret_in_variable", "aws", "vault-proxy", "unknown"),
        ("secret_in_variable", "azure", "lark-ledger", "unknown"),
        ("secret_not_pinned", "gcp", "card-vault", "fail low"),
        ("broken_secret_reference", "azure", "lark-secrets", "fail medium"),
        ("storage_by_key", "azure", "lark-orders", "fail medium"),
        ("key_unusable", "aws", "invoices", "fail medium"),
        ("key_unusable", "aws", "pdf-maker", "fail medium"),
        ("key_unusable", "aws", "vault-proxy", "unknown"),
        ("plain_http_allowed", "azure", "lark-legacy", "fail high"),
        ("plain_http_allowed", "azure", "lark-ledger", "pass"),
        ("weak_tls", "azure", "lark-legacy", "fail medium"),
        ("certificate_ending", "azure", "lark-checkout", "pass"),
        ("certificate_ending", "azure", "lark-ledger", "not applicable"),
        ("insights_off", "aws", "loyalty-points", "pass"),
        ("calls_not_recorded", "aws", "vault-proxy", "pass"),
        ("calls_not_recorded", "aws", "mailer", "fail low"),
        ("logs_cannot_be_written", "aws", "orphan-worker", "fail low"),
        ("logs_cannot_be_written", "aws", "mailer", "pass"),
        ("public_source", "aws", "invoices", "fail medium"),
        ("public_source", "aws", "mailer", "pass"),
        ("public_source", "aws", "order-events", "pass"),
        ("public_source", "aws", "thumbnails", "pass"),
        ("secret_not_rotated", "aws", "stream-indexer", "fail low"),
        ("secret_not_rotated", "aws", "checkout-api", "not applicable"),
        ("no_alarm", "aws", "checkout-api", "pass"),
        ("no_alarm", "aws", "mailer", "fail info"),
        ("no_alarm", "aws", "product-page", "not applicable"),
        ("foreign_layer", "aws", "pdf-maker", "fail medium"),
        ("foreign_layer", "aws", "loyalty-points", "pass"),
        ("image_not_pinned", "azure", "lark-image", "fail medium"),
        ("code_signing_off", "aws", "search-suggest", "not applicable"),
        ("idle_function", "aws", "seasonal-offers", "fail low"),
        ("idle_function", "aws", "mailer", "pass"),
        ("idle_function", "aws", "ruby-toy", "unknown"),
        ("idle_function", "azure", "lark-legacy", "not applicable"),
        ("idle_function", "azure", "lark-checkout", "pass"),
        ("idle_function", "gcp", "mailer", "pass"),
        ("idle_function", "gcp", "broken-deploy", "unknown"),
        ("idle_function", "gcp", "price-widget", "fail medium"),
        ("loop_allowed", "aws", "ping-pong", "fail medium"),
        ("loop_allowed", "aws", "mailer", "pass"),
        ("not_working", "aws", "ip-starved", "fail medium"),
        ("not_working", "aws", "card-check", "fail medium"),
        ("not_working", "gcp", "broken-deploy", "fail medium"),
        ("not_working", "azure", "lark-stopped", "fail info"),
        ("one_zone", "aws", "search-suggest", "fail medium"),
        ("one_zone", "aws", "invoices", "pass"),
        ("logs_dropped", "gcp", "night-audit", "fail medium"),
        ("logs_dropped", "gcp", "mailer", "pass"),
        ("one_zone", "azure", "lark-orders", "fail low"),
        ("one_zone", "azure", "lark-checkout", "pass"),
        ("one_zone", "azure", "lark-media", "not applicable"),
        ("retried_without_end", "gcp", "mailer", "fail medium"),
        ("trigger_off", "aws", "stream-indexer", "fail info"),
        ("timeout_at_most", "aws", "model-playground", "fail low"),
    ],
)
def test_a_planted_fault_is_seen(estate: Estate, rule: str, cloud: str, name: str, verdict: str) -> None:
    assert estate.verdict(rule, cloud, name) == verdict


@pytest.mark.parametrize(
    ("name", "verdict"), [("lark-storefront", "fail medium"), ("lark-legacy", "fail high"), ("lark-checkout", "pass")]
)
def test_certificates_end_by_the_days_of_the_estate_itself(estate: Estate, name: str, verdict: str) -> None:
    seen = replace(estate.seen("azure", name), at=DEFAULT_BASE + timedelta(days=LAST_DAY))
    told = judge(catalogue()["certificate_ending"], seen)
    assert told is not None and f"{told.verdict.value} {told.severity or ''}".strip() == verdict


def of_accounts(estate: Estate, rule: str) -> dict[str, str]:
    told = ((seen.native_id, judge(catalogue()[rule], seen)) for seen in estate.accounts)
    return {native_id: f"{one.verdict.value} {one.severity or ''}".strip() for native_id, one in told if one}


def test_recorders_are_missed_where_there_is_none_or_it_leaves_functions_out(estate: Estate) -> None:
    told = of_accounts(estate, "changes_not_recorded")
    assert told["210987000022/eu-central-1"] == "pass"
    assert told["210987000066/eu-central-1"] == "fail low", "the lab has no recorder"
    assert told["210987000055/eu-central-1"] == "fail low", "the developers' recorder leaves functions out"
    assert told["210987000033/ap-southeast-2"] == "unknown", "nothing may be read there"
    assert told["210987000022"] == "not applicable"


def test_gaps_in_what_may_be_read_are_a_fault_of_the_account(estate: Estate) -> None:
    told = of_accounts(estate, "parts_unread")
    assert told["210987000033"] == told["projects/larkfield-legal"] == "fail high"
    assert told["210987000022"] == told["projects/larkfield-shop-prod"] == "pass"


def test_headroom_is_told_of_every_region_that_may_be_read(estate: Estate) -> None:
    told = of_accounts(estate, "account_near_limits")
    assert told["210987000022/eu-central-1"] == "pass"
    assert told["210987000033/ap-southeast-2"] == "unknown"


def test_all_of_an_estate_that_was_read_once_is_known_and_not_new(estate: Estate) -> None:
    for cloud in ("aws", "gcp", "azure"):
        assert estate.failing("new_function", cloud) == set()
        assert estate.failing("code_changed_unseen", cloud) == set()


def test_the_log_was_read_up_to_a_time_in_every_cloud(estate: Estate) -> None:
    for cloud, name in (("aws", "mailer"), ("gcp", "mailer"), ("azure", "lark-ledger")):
        seen = estate.seen(cloud, name)
        assert seen.log_until is not None and seen.known_since is not None, cloud


def test_alarms_are_found_by_name_by_alias_by_share_and_over_all(estate: Estate) -> None:
    def missing(name: str) -> list[str]:
        return [fault.about for fault in estate.judged("no_alarm", "aws", name).evidence]

    assert missing("mailer") == ["Errors", "Throttles", "Duration"], "the one it has tells nobody"
    assert missing("invoices") == ["Throttles", "Duration"], "a share of its calls is watched"
    assert missing("vault-proxy") == ["Errors", "Duration"], "all functions of the region are watched for refusals"
    assert missing("pdf-maker") == ["Throttles", "Duration"], "a query watches all functions of the region"
