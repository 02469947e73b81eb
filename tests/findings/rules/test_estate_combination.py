"""The combinations planted in the sandbox's organisation, and what they are told as."""

from __future__ import annotations

import pytest

from tests.findings.rules.conftest import Estate

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("rule", "cloud", "name", "verdict"),
    [
        ("public_escalation", "azure", "lark-media/staging", "fail critical"),
        ("public_admin", "aws", "demo-chat", "fail critical"),
        ("public_power_open_egress", "gcp", "photo-wall", "fail critical"),
        ("public_power_open_egress", "aws", "demo-chat", "not applicable"),
        ("foreign_deployer_power", "aws", "print-queue", "fail critical"),
        ("lateral_chain", "aws", "shelf-agent", "fail high"),
        ("public_admin", "azure", "lark-media/staging", "pass"),
        ("public_admin", "aws", "thumbnails", "pass"),
        ("public_admin", "aws", "nightly-reindex", "pass"),
        ("public_admin", "gcp", "contract-archive", "unknown"),
        ("public_power_open_egress", "aws", "thumbnails", "pass"),
        ("foreign_deployer_power", "aws", "shipping-labels", "pass"),
        ("foreign_deployer_power", "gcp", "contract-archive", "unknown"),
        ("shared_admin", "azure", "lark-admin", "fail critical"),
        ("shared_admin", "azure", "lark-ops", "fail critical"),
        ("shared_admin", "aws", "deploy-bot", "pass"),
        ("shared_admin", "azure", "lark-checkout", "not applicable"),
        ("secrets_way_out", "aws", "denied-ops", "fail high"),
        ("secrets_way_out", "aws", "secrets-reader", "pass"),
        ("secrets_way_out", "aws", "nightly-reindex", "not applicable"),
        ("lateral_chain", "azure", "lark-runner", "fail high"),
        ("lateral_chain", "azure", "lark-media/staging", "fail critical"),
        ("lateral_chain", "aws", "provisioner", "fail medium"),
        ("lateral_chain", "aws", "orphan-worker", "unknown"),
        ("lateral_chain", "aws", "deploy-bot", "not applicable"),
    ],
)
def test_a_planted_combination_is_seen(estate: Estate, rule: str, cloud: str, name: str, verdict: str) -> None:
    assert estate.verdict(rule, cloud, name) == verdict


def test_a_path_is_told_from_the_stranger_to_the_way_out(estate: Estate) -> None:
    [fault] = estate.judged("public_escalation", "azure", "lark-media/staging").evidence
    address = "https://lark-media-staging.azurewebsites.net/api/resize"
    for part in (
        "Anyone on the internet",
        address,
        "an identity of its own",
        "the rights of other identities",
        "anywhere",
    ):
        assert part in fault.says, f"the path leaves out {part!r}"


def test_a_chain_names_the_stronger_functions(estate: Estate) -> None:
    [fault] = estate.judged("lateral_chain", "azure", "lark-runner").evidence
    assert "lark-admin (admin)" in fault.says and "Contributor at resource group rg-dev" in fault.says
