"""Secrets at the border: told apart from what only speaks of them, fingerprinted, and masked in free text."""

import pytest

from collectors.hygiene import (
    fingerprint,
    length_class,
    mask,
    mask_all,
    mask_tag,
    reference,
    suspicious,
    variable,
    verdict,
)

GITHUB, STRIPE, AWS_KEY = "ghp_" + "a1B2" * 9, "sk_live_" + "9z8Y" * 6, "AKIA" + "J7QX" * 4
SLACK, JWT = "xoxb-123456789012-abcdefABCDEF", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"
PRIVATE = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\n-----END RSA PRIVATE KEY-----"
DATABASE = "postgresql://app:s3cr3tword@db.example:5432/shop"


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("ANYTHING", GITHUB, "github token"),
        ("X", STRIPE, "stripe key"),
        ("X", AWS_KEY, "aws access key id"),
        ("X", SLACK, "slack token"),
        ("X", JWT, "json web token"),
        ("X", PRIVATE, "private key"),
        ("DATABASE_URL", DATABASE, "connection string with password"),
        ("X", "AIza" + "b" * 35, "google api key"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "aws secret key"),
        ("DB_PASSWORD", "hunter2x", "password"),
        ("db.password", "Lf!0123456789abcdef", "password"),
        ("API_KEY", "kJ83hd9Kd02kdPq", "high-entropy value"),
        ("X", "DefaultEndpointsProtocol=https;AccountKey=" + "Ab1+" * 12, "azure storage key"),
        ("SESSION_TOKEN", "9f8e7d6c5b4a39281706f5e4d3c2b1a0", "high-entropy value"),
    ],
)
def test_secrets_are_recognized_by_their_form_or_by_a_telling_name(name: str, value: str, kind: str) -> None:
    assert verdict(name, value) == kind


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STAGE", "prod"),
        ("SECRET_NAME", "prod/db/password"),
        ("DB_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:1:secret:db-AbCdEf"),
        ("API_KEY", "arn:aws:ssm:eu-west-1:1:parameter/key"),
        ("PASSWORD", "{{resolve:secretsmanager:db:SecretString:password}}"),
        ("TOKEN_URL", "https://login.example/oauth2/token"),
        ("PASSWORD", ""),
        ("PASSWORD", "${DB_PASSWORD}"),
        ("PASSWORD", "/prod/db/password"),
        ("AUTH_MODE", "none"),
        ("TOKEN_TTL", "3600"),
        ("API_KEY", "disabled"),
        ("SECRET_ROTATION_DAYS", "30"),
        ("TOKEN", "true"),
        ("PUBLIC_KEY", "-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----"),
        ("TABLE", "orders-9f8e7d6c5b4a3928"),
        ("CACHE_URL", "redis://cache.example:6379/0"),
        ("PASSWORD", "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/x)"),
        ("DB_PASSWORD", "projects/p/secrets/db/versions/latest"),
    ],
)
def test_what_only_speaks_of_a_secret_is_none(name: str, value: str) -> None:
    assert verdict(name, value) == ""


@pytest.mark.parametrize(
    "value",
    ["arn:aws:secretsmanager:eu-west-1:1:secret:db", "{{resolve:ssm-secure:/x:1}}", "ssm:/prod/key", "vault:secret/db"],
)
def test_a_pointer_to_a_store_is_a_reference(value: str) -> None:
    assert reference(value) == value
    assert reference("plain") == ""


def test_equal_values_have_equal_fingerprints_and_only_with_the_same_key() -> None:
    assert fingerprint("a", "k") == fingerprint("a", "k") != fingerprint("a", "other")
    assert fingerprint("a", "k") != fingerprint("b", "k")
    assert len(fingerprint("\ud800", "k")) == 32


def test_lengths_are_told_in_classes() -> None:
    assert [length_class("x" * n) for n in (0, 1, 8, 31, 64, 5000)] == [
        "empty",
        "1-7",
        "8-15",
        "16-31",
        "64-255",
        "256+",
    ]


def test_of_a_variable_nothing_of_the_value_is_kept() -> None:
    kept = variable("GITHUB_TOKEN", GITHUB, "k")
    assert GITHUB[4:] not in str(kept)
    assert kept["verdict"] == "github token"
    assert variable("X", "ssm:/prod/key", "k")["reference"] == "ssm:/prod/key"


@pytest.mark.parametrize(
    "secret",
    [
        GITHUB,
        STRIPE,
        AWS_KEY,
        SLACK,
        JWT,
        PRIVATE,
        DATABASE,
        "password=Tr0ub4dor",
        'api_key: "a8f7d9s8df7"',
        "?sig=aGVsbG8gd29ybGQgaGVsbG8%3D",
        "/api/pay?code=aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQ_w==",
    ],
)
def test_free_text_loses_what_looks_like_a_secret_and_nothing_else(secret: str) -> None:
    text = f"before {secret} after"
    assert suspicious(text)
    masked = mask(text)
    assert masked.startswith("before ")
    assert masked.endswith(" after")
    assert "[masked" in masked
    assert secret[-8:] not in masked


@pytest.mark.parametrize(
    "text",
    [
        "takes orders",
        "arn:aws:iam::123456789012:role/app/secret-reader",
        "secretsmanager:GetSecretValue",
        "https://x.example/path?q=1",
        "lambda:EventSourceToken",
        "token.actions.githubusercontent.com:sub",
        "rotates the password every 30 days",
        "s3://bucket/key",
    ],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert mask(text) == text


def test_masking_reaches_keys_and_depths_and_keeps_other_values() -> None:
    assert mask_all({"a": [1, None, {GITHUB: f"x {GITHUB}"}]}) == {
        "a": [1, None, {"[masked: github token]": "x [masked: github token]"}]
    }


def test_a_tag_is_masked_when_its_key_alone_tells() -> None:
    assert mask_tag("db-password", "hunter2x") == "[masked: password]"
    assert mask_tag("team", "payments") == "payments"
