"""What was planted about identities, trust and networks in the sandbox's organisation, and what the rules say of it."""

from __future__ import annotations

import pytest

from collectors.sandbox.estate import LAST_DAY, TRAPS, Trap
from config.demo import FIRST
from findings.catalogue import catalogue
from tests.findings.rules.conftest import Estate

pytestmark = pytest.mark.django_db

PRIVILEGE = [
    ("admin_identity", "aws", "deploy-bot", "fail critical"),
    ("admin_identity", "aws", "nightly-reindex", "fail critical"),
    ("admin_identity", "aws", "janitor", "fail critical"),
    ("admin_identity", "aws", "fenced-ops", "pass"),
    ("admin_identity", "aws", "denied-ops", "pass"),
    ("admin_identity", "aws", "lab-runner", "pass"),
    ("admin_identity", "aws", "orphan-worker", "unknown"),
    ("admin_identity", "gcp", "deploy-bot", "fail critical"),
    ("admin_identity", "gcp", "secret-grants", "fail high"),
    ("admin_identity", "gcp", "contract-archive", "unknown"),
    ("admin_identity", "azure", "lark-admin", "fail critical"),
    ("admin_identity", "azure", "lark-gate", "fail critical"),
    ("admin_identity", "azure", "lark-helpdesk", "fail high"),
    ("admin_identity", "azure", "lark-oncall", "pass"),
    ("admin_identity", "azure", "lark-checkout", "not applicable"),
    ("can_escalate", "aws", "token-broker", "fail critical"),
    ("can_escalate", "aws", "role-tuner", "fail critical"),
    ("can_escalate", "aws", "version-flip", "fail high"),
    ("can_escalate", "aws", "fenced-ops", "pass"),
    ("can_escalate", "aws", "deploy-bot", "not applicable"),
    ("can_escalate", "gcp", "token-minter", "fail critical"),
    ("can_escalate", "gcp", "data-pipeline", "fail high"),
    ("can_escalate", "azure", "lark-stacked", "fail critical"),
    ("reads_everything", "aws", "secrets-reader", "fail high"),
    ("reads_everything", "aws", "thumbnails", "pass"),
    ("reads_everything", "gcp", "secrets-rotator", "fail high"),
    ("reads_everything", "azure", "lark-exports", "fail high"),
    ("reads_everything", "azure", "lark-secrets", "fail medium"),
    ("changes_everything", "azure", "lark-exports", "fail medium"),
    ("service_wildcard", "aws", "data-lake-export", "fail medium"),
    ("service_wildcard", "aws", "seasonal-offers", "fail medium"),
    ("service_wildcard", "aws", "token-broker", "fail low"),
    ("service_wildcard", "aws", "checkout-api", "pass"),
    ("broad_managed_role", "aws", "data-lake-export", "fail medium"),
    ("broad_managed_role", "gcp", "data-pipeline", "fail high"),
    ("broad_managed_role", "azure", "lark-runner", "fail high"),
    ("shared_identity", "gcp", "report-daily", "fail medium"),
    ("shared_identity", "azure", "lark-ops", "fail high"),
    ("shared_identity", "azure", "lark-gate", "pass"),
    ("identity_missing", "aws", "orphan-worker", "fail medium"),
    ("identity_missing", "gcp", "orphan-job", "fail medium"),
    ("identity_missing", "gcp", "contract-archive", "pass"),
    ("default_account", "gcp", "data-pipeline", "fail high"),
    ("default_account", "gcp", "scratchpad", "fail medium"),
    ("default_account", "gcp", "report-daily", "pass"),
    ("account_keys", "gcp", "mailer", "fail high"),
    ("impersonable_account", "gcp", "secrets-rotator", "fail medium"),
    ("impersonable_account", "gcp", "contract-archive", "unknown"),
    ("no_identity", "azure", "lark-checkout", "fail low"),
    ("no_identity", "azure", "lark-gate", "pass"),
    ("directory_power", "azure", "lark-directory", "fail critical"),
    ("directory_power", "azure", "lark-orders", "fail medium"),
    ("directory_power", "azure", "lark-gate", "pass"),
    ("tampers_logging", "azure", "lark-stacked", "fail medium"),
    ("iam_writer_unbounded", "aws", "role-tuner", "fail info"),
    ("unused_rights", "aws", "seasonal-offers", "fail medium"),
    ("beyond_purpose", "aws", "shelf-agent", "fail medium"),
    ("beyond_purpose", "aws", "janitor", "not applicable"),
    ("unused_rights", "gcp", "data-pipeline", "fail medium"),
]
TRUST = [
    ("foreign_can_become", "aws", "bucket-lister", "fail critical"),
    ("foreign_can_become", "aws", "scoped-trust", "pass"),
    ("foreign_can_become", "aws", "edge-headers", "pass"),
    ("foreign_can_become", "gcp", "upload-scan", "fail high"),
    ("foreign_can_become", "azure", "lark-runner", "fail high"),
    ("role_trust_unscoped", "aws", "scoped-trust", "pass"),
    ("role_trust_unscoped", "aws", "edge-headers", "fail info"),
    ("role_trusts_others", "aws", "edge-headers", "pass"),
    ("reaches_other_accounts", "aws", "account-hub", "fail high"),
    ("reaches_other_accounts", "gcp", "warehouse-report", "fail medium"),
    ("foreign_delivery", "aws", "stream-indexer", "fail medium"),
    ("foreign_delivery", "aws", "topic-fanout", "fail medium"),
    ("foreign_delivery", "aws", "product-page", "pass"),
    ("foreign_parts", "aws", "foreign-key-user", "fail low"),
    ("unregistered_account", "aws", "shipping-labels", "fail info"),
    ("unregistered_account", "gcp", "partner_feed", "fail info"),
]
NETWORK = [
    ("no_private_network", "aws", "thumbnails", "fail info"),
    ("no_private_network", "aws", "secrets-reader", "fail info"),
    ("no_private_network", "aws", "checkout-api", "pass"),
    ("no_private_network", "azure", "lark-egress", "pass"),
    ("open_egress", "aws", "checkout-api", "pass"),
    ("open_egress", "aws", "thumbnails", "not applicable"),
    ("open_egress", "gcp", "data-pipeline", "fail high"),
    ("open_egress", "gcp", "card-vault", "pass"),
    ("open_egress", "azure", "lark-egress", "pass"),
    ("half_tunnel", "gcp", "upload-scan", "fail medium"),
    ("half_tunnel", "gcp", "card-vault", "pass"),
    ("half_tunnel", "azure", "lark-half-tunnel", "fail medium"),
    ("half_tunnel", "azure", "lark-egress", "pass"),
    ("ipv6_egress", "aws", "checkout-api", "not applicable"),
    ("managed_public_address", "aws", "product-page", "fail medium"),
    ("managed_public_address", "aws", "staff-dashboard", "pass"),
    ("egress_beyond_declared", "aws", "checkout-api", "not applicable"),
]


@pytest.mark.parametrize(("rule", "cloud", "name", "verdict"), [*PRIVILEGE, *TRUST, *NETWORK])
def test_what_was_planted_is_judged(estate: Estate, rule: str, cloud: str, name: str, verdict: str) -> None:
    assert estate.verdict(rule, cloud, name) == verdict, estate.judged(rule, cloud, name)


@pytest.mark.parametrize(
    ("rule", "cloud", "name", "words"),
    [
        ("admin_identity", "aws", "deploy-bot", ["deploy-bot-role", "AdministratorAccess"]),
        ("admin_identity", "azure", "lark-gate", ["Larkfield Gatekeeper"]),
        ("can_escalate", "aws", "role-tuner", ["iam:PutRolePolicy", "iam-005"]),
        ("reads_everything", "gcp", "warehouse-report", ["projects/larkfield-data-prod", "roles/bigquery.dataViewer"]),
        ("foreign_can_become", "azure", "lark-runner", ["repo:somebody-else/tools:*", "any-branch"]),
        ("identity_missing", "aws", "orphan-worker", ["role-that-was-deleted"]),
        ("directory_power", "azure", "lark-directory", ["RoleManagement.ReadWrite.Directory"]),
        ("foreign_delivery", "aws", "stream-indexer", ["770033445566:results", "none of ours"]),
    ],
)
def test_evidence_names_the_thing(estate: Estate, rule: str, cloud: str, name: str, words: list[str]) -> None:
    told = " ".join(fault.says for fault in estate.judged(rule, cloud, name).evidence)
    assert [word for word in words if word not in told] == [], told


def test_a_rule_above_low_does_not_find_nearly_everything_at_fault(estate: Estate) -> None:
    """A verdict that nine in ten functions share tells nobody where to begin."""
    for rule in sorted({one for one, *_ in (*PRIVILEGE, *TRUST, *NETWORK)}):
        for cloud in ("aws", "gcp", "azure"):
            all_of_it = [seen for (provider, _), seen in estate.functions.items() if provider == cloud]
            if cloud not in catalogue()[rule].checks:
                continue
            grave = estate.failing(rule, cloud, least="medium")
            assert len(grave) < 0.6 * len(all_of_it), (
                f"{rule} finds {len(grave)} of {len(all_of_it)} at fault in {cloud}"
            )


MINE = ("PRV-", "TRU-", "NET-")
TOLD = [
    (trap, told)
    for trap in TRAPS
    if trap.cloud in FIRST and trap.since <= LAST_DAY <= trap.until
    for told in trap.rules
    if told.startswith(MINE)
]


@pytest.mark.parametrize(("trap", "told"), TOLD, ids=lambda value: getattr(value, "function", value))
def test_what_a_trap_says_of_a_rule_comes_true(estate: Estate, trap: Trap, told: str) -> None:
    rules = [rule for rule in catalogue().values() if told in rule.catalogue and trap.cloud in rule.checks]
    verdicts = {rule.id: estate.verdict(rule.id, trap.cloud, trap.function, trap.account) for rule in rules}
    assert any(verdict.startswith("fail") for verdict in verdicts.values()), verdicts
