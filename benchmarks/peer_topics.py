"""What Prowler and we both judge, and why verdicts on `benchmarks.peer_estate` differ.

Told at length in `docs/compared-with-prowler.md`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """One question: their checks and our rules that answer it."""

    title: str
    theirs: tuple[str, ...]
    ours: tuple[str, ...]


TOPICS = (
    Topic("public by policy", ("awslambda_function_not_publicly_accessible",), ("public_invoke",)),
    Topic("URL without sign-in", ("awslambda_function_url_public",), ("public_url",)),
    Topic("any origin", ("awslambda_function_url_cors_policy",), ("cors_any_origin",)),
    Topic("ended runtime", ("awslambda_function_using_supported_runtimes",), ("runtime_ended",)),
    Topic("secret in a variable", ("awslambda_function_no_secrets_in_variables",), ("secret_in_variable",)),
    Topic("variables' key", ("awslambda_function_env_vars_not_encrypted_with_cmk",), ("variables_without_own_key",)),
    Topic("no private network", ("awslambda_function_inside_vpc",), ("no_private_network",)),
    Topic("one zone", ("awslambda_function_vpc_multi_az",), ("one_zone",)),
    Topic("failed events", ("awslambda_function_no_dead_letter_queue",), ("failed_events_lost",)),
    Topic("foreign layer", ("awslambda_function_using_cross_account_layers",), ("foreign_layer",)),
    Topic(
        "calls on record",
        ("awslambda_function_invoke_api_operations_cloudtrail_logging_enabled",),
        ("calls_not_recorded",),
    ),
    Topic(
        "administrator",
        (
            "iam_role_administratoraccess_policy", "iam_aws_attached_policy_no_administrative_privileges",
            "iam_customer_attached_policy_no_administrative_privileges",
            "iam_inline_policy_no_administrative_privileges",
        ),
        ("admin_identity",),
    ),
    Topic(
        "way to more rights",
        ("iam_inline_policy_allows_privilege_escalation", "iam_policy_allows_privilege_escalation"),
        ("can_escalate",),
    ),
    Topic("whom the role trusts", ("iam_role_cross_service_confused_deputy_prevention",), ("role_trust_unscoped",)),
)  # fmt: skip

#: (topic, functions or () for all): why the verdicts differ.
REASONS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("public by policy", ("open-to-read-only",), "they do not look at the action; ours is about invoking"),
    (
        "public by policy",
        ("open-to-deploy",),
        "they do not look at the action; ours tells who may change it by exposure",
    ),
    (
        "public by policy",
        ("url-open", "url-any-origin"),
        "holds through the URL only: ours says so once, as public_url",
    ),
    ("public by policy", ("url-half",), "one of the two permissions a URL needs is missing: ours says dormant_url"),
    ("URL without sign-in", ("url-half",), "since October 2025 both permissions are needed: ours says dormant_url"),
    ("URL without sign-in", ("url-shut",), "no permission for anybody, so it answers nobody: ours says dormant_url"),
    ("ended runtime", ("old-node", "python-3-9"), "not in their list, which a person keeps; ours goes by the date"),
    ("secret in a variable", ("secret",), "theirs checks the token's checksum; ours its form and length"),
    ("failed events", (), "nothing sends it events that could be lost; theirs looks at the dead letter queue alone"),
    ("administrator", ("admin-managed",), "theirs knows * and not the equal *:*"),
    ("administrator", ("admin-in-halves",), "no statement has *; iam:* is enough to become anything"),
    ("administrator", ("admin-denied",), "theirs reads one policy at a time; another one denies it all"),
    ("administrator", ("admin-bounded",), "theirs reads no permissions boundary"),
    ("way to more rights", ("climbs-by-two",), "theirs reads one policy at a time; the way needs two"),
    ("way to more rights", ("climbs-but-denied",), "theirs reads one policy at a time; another one denies the step"),
    (
        "way to more rights",
        ("admin-of-aws", "admin-inline", "admin-managed", "admin-by-not", "admin-in-halves"),
        "who is an administrator needs no way: ours says admin_identity once",
    ),
    ("way to more rights", ("admin-denied", "admin-bounded"), "a deny or a boundary closes it; theirs reads neither"),
)


def reason_of(topic: str, function: str) -> str:
    """Why the verdicts on this function differ; "" where nobody has explained it."""
    told = [text for title, names, text in REASONS if title == topic and (not names or function in names)]
    return told[0] if told else ""
