"""What was planted in the sandbox's organisation about who may invoke and who may change functions."""

from __future__ import annotations

import pytest

from collectors.sandbox.estate import LAST_DAY, TRAPS, Trap
from config.demo import FIRST
from findings.catalogue import catalogue
from findings.rule import Subject, judge
from tests.findings.rules.conftest import Estate

pytestmark = pytest.mark.django_db

ENTRANCES = [
    ("public_invoke", "aws", "report-render", "fail high"),
    ("public_invoke", "aws", "thumbnails", "pass"),
    ("public_invoke", "aws", "audit-export", "pass"),
    ("public_invoke", "gcp", "photo-wall", "fail critical"),
    ("public_invoke", "gcp", "price-widget", "fail high"),
    ("public_invoke", "gcp", "checkout-front", "fail high"),
    ("public_invoke", "gcp", "stock-sync", "fail medium"),
    ("public_invoke", "gcp", "promo-banner", "pass"),
    ("public_invoke", "gcp", "back-office", "unknown"),
    ("public_invoke", "gcp", "contract-archive", "unknown"),
    ("public_url", "aws", "thumbnails", "fail critical"),
    ("public_url", "aws", "kiosk-feedback", "fail critical"),
    ("public_url", "aws", "status-page", "pass"),
    ("public_url", "aws", "office-hooks", "pass"),
    ("dormant_url", "aws", "status-page", "fail high"),
    ("dormant_url", "aws", "beta-signup", "fail medium"),
    ("dormant_url", "aws", "url-half-open", "fail medium"),
    ("dormant_url", "aws", "thumbnails", "pass"),
    ("dormant_url", "aws", "office-hooks", "pass"),
    ("open_api_route", "aws", "public-catalog", "fail high"),
    ("open_api_route", "aws", "legacy-orders", "fail medium"),
    ("open_api_route", "aws", "order-events", "fail medium"),
    ("open_api_route", "aws", "checkout-api", "pass"),
    ("open_load_balancer", "aws", "storefront-ssr", "fail high"),
    ("open_load_balancer", "aws", "public-catalog", "pass"),
    ("open_web_endpoint", "aws", "product-page", "fail high"),
    ("external_invoke", "aws", "partner-feed", "fail high"),
    ("external_invoke", "aws", "topic-fanout", "fail high"),
    ("external_invoke", "aws", "office-hooks", "fail medium"),
    ("external_invoke", "aws", "price-lookup", "pass"),
    ("external_invoke", "gcp", "month-end", "fail medium"),
    ("external_invoke", "gcp", "partner_feed", "fail high"),
    ("external_invoke", "gcp", "beta-signup", "pass"),
    ("inherited_outsiders", "gcp", "beta-signup", "fail high"),
    ("inherited_outsiders", "gcp", "partner_feed", "pass"),
    ("invoker_check_off", "gcp", "promo-banner", "fail critical"),
    ("unscoped_service", "aws", "inbox-scan", "fail medium"),
    ("unscoped_service", "aws", "cognito-greeter", "pass"),
    ("unscoped_service", "aws", "alexa-orders", "pass"),
    ("cors_any_origin", "aws", "webhook-intake", "fail high"),
    ("cors_any_origin", "azure", "lark-webhooks", "fail medium"),
    ("front_unguarded", "azure", "lark-storefront", "fail medium"),
    ("front_unguarded", "azure", "lark-partner-api", "pass"),
    ("front_unguarded", "azure", "lark-orders", "not applicable"),
    ("plain_http_allowed", "gcp", "gift-finder", "fail medium"),
    ("anonymous_functions", "azure", "lark-media/staging", "fail critical"),
    ("anonymous_functions", "azure", "lark-photos", "fail critical"),
    ("anonymous_functions", "azure", "lark-partner-api", "fail high"),
    ("anonymous_functions", "azure", "lark-terminals", "fail high"),
    ("anonymous_functions", "azure", "lark-ledger", "fail medium"),
    ("anonymous_functions", "azure", "lark-webhooks", "pass"),
    ("anonymous_functions", "azure", "lark-checkout", "pass"),
    ("anonymous_functions", "azure", "lark-stopped", "unknown"),
    ("sign_in_gaps", "azure", "lark-checkout", "fail high"),
    ("sign_in_gaps", "azure", "lark-webhooks", "pass"),
    ("sign_in_gaps", "azure", "lark-photos", "not applicable"),
    ("sign_in_off", "azure", "lark-photos", "fail medium"),
    ("sign_in_off", "azure", "lark-orders", "fail low"),
    ("sign_in_off", "azure", "lark-webhooks", "pass"),
    ("app_open_to_internet", "azure", "lark-photos", "fail high"),
    ("app_open_to_internet", "azure", "lark-ledger", "pass"),
    ("app_open_to_internet", "gcp", "photo-wall", "fail high"),
    ("app_open_to_internet", "gcp", "stock-sync", "pass"),
    ("client_certificates_off", "azure", "lark-terminals", "pass"),
    ("deployment_site_open", "azure", "lark-legacy", "fail high"),
    ("deployment_site_open", "azure", "lark-orders", "fail low"),
    ("runs_at_edge", "aws", "edge-headers", "fail info"),
]

CHANGES = [
    ("outsider_deploys", "aws", "shipping-labels", "fail critical"),
    ("outsider_deploys", "aws", "print-queue", "fail critical"),
    ("outsider_deploys", "aws", "partner-feed", "pass"),
    ("outsider_deploys", "gcp", "contract-archive", "unknown"),
    ("public_deploy", "aws", "report-render", "pass"),
    ("public_deploy", "gcp", "photo-wall", "pass"),
    ("public_deploy", "gcp", "contract-archive", "unknown"),
    ("weaker_deployer", "aws", "janitor", "fail high"),
    ("weaker_deployer", "aws", "thumbnails", "pass"),
    ("publishing_password", "azure", "lark-legacy", "fail medium"),
    ("publishing_password", "azure", "lark-media/staging", "fail medium"),
    ("publishing_password", "azure", "lark-orders", "pass"),
    ("ftp_allowed", "azure", "lark-legacy", "fail high"),
    ("ftp_allowed", "azure", "lark-media/staging", "fail low"),
    ("ftp_allowed", "azure", "lark-checkout", "pass"),
    ("ftp_allowed", "azure", "lark-orders", "not applicable"),
    ("remote_debugging", "azure", "lark-legacy", "fail high"),
    ("remote_debugging", "azure", "lark-orders", "pass"),
    ("unsigned_images_run", "gcp", "photo-wall", "fail low"),
]


@pytest.mark.parametrize(("rule", "cloud", "name", "verdict"), [*ENTRANCES, *CHANGES])
def test_a_planted_fault_is_seen(estate: Estate, rule: str, cloud: str, name: str, verdict: str) -> None:
    account = {"beta-signup": {"aws": "210987000055"}}.get(name, {}).get(cloud, "")
    assert estate.verdict(rule, cloud, name, account) == verdict


def test_one_open_door_is_told_by_one_rule(estate: Estate) -> None:
    """Rules that tell of strangers who may invoke share no fault: what is about the same way is told once."""
    doors = [rule for rule in catalogue().values() if rule.subject is Subject.EXPOSURE and rule.about == "function"]
    for seen in estate.functions.values():
        told: dict[str, str] = {}
        for rule in doors:
            judged = judge(rule, seen)
            for fault in judged.evidence if judged else ():
                via = str(fault.detail.get("via", ""))
                assert not via or via not in told, f"{seen.name}: {via} is told by {told[via]} and by {rule.id}"
                told[via] = rule.id


def test_layers_are_judged_by_region(estate: Estate) -> None:
    rule = catalogue()["shared_layer"]
    told = {seen.native_id: judge(rule, seen) for seen in estate.accounts if seen.provider == "aws"}
    words = {name: f"{one.verdict.value} {one.severity or ''}".strip() for name, one in told.items() if one}
    assert words["210987000055/eu-west-1"] == "fail medium", "everyone may read a version of the fonts"
    assert words["210987000033/eu-central-1"] == "fail low", "one account outside may read a version of the ledger"
    assert words["210987000022/eu-central-1"] == "pass", "a layer for the organisation is shared with nobody else"
    assert words["210987000033/ap-southeast-2"] == "unknown"
    assert words["210987000022"] == "not applicable"


def test_a_rule_above_low_does_not_find_nearly_everything_at_fault(estate: Estate) -> None:
    for rule in sorted({one for one, *_ in (*ENTRANCES, *CHANGES)}):
        for cloud in catalogue()[rule].checks:
            all_of_it = [seen for (provider, _), seen in estate.functions.items() if provider == cloud]
            grave = estate.failing(rule, cloud, least="medium")
            assert len(grave) < 0.6 * len(all_of_it), f"{rule}: {len(grave)} of {len(all_of_it)} in {cloud}"


#: Policies of published versions are not read: each would cost a call.
NOT_READ = {("image-resize-legacy", "EXP-05")}
TOLD = [
    (trap, told)
    for trap in TRAPS
    if trap.cloud in FIRST and trap.since <= LAST_DAY <= trap.until
    for told in trap.rules
    if told.startswith(("EXP-", "DEP-")) and (trap.function, told) not in NOT_READ
]


@pytest.mark.parametrize(("trap", "told"), TOLD, ids=lambda value: getattr(value, "function", value))
def test_what_a_trap_says_of_a_rule_comes_true(estate: Estate, trap: Trap, told: str) -> None:
    rules = [rule for rule in catalogue().values() if told in rule.catalogue and trap.cloud in rule.checks]
    verdicts = {rule.id: estate.verdict(rule.id, trap.cloud, trap.function, trap.account) for rule in rules}
    assert any(verdict.startswith("fail") for verdict in verdicts.values()), verdicts


def test_the_distribution_at_the_edge_is_named(estate: Estate) -> None:
    [fault] = estate.judged("runs_at_edge", "aws", "edge-headers").evidence
    assert "E1LARKDEV (preview.larkfield.example, www-dev.larkfield.example) runs version 1" in fault.says
    assert "viewer-request /forms/*, viewer-response *" in fault.says
