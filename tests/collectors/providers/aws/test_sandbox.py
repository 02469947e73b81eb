"""Reading the sandbox's organisation over HTTP: complete, cheap, without secrets, and honest when things go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from collectors.provider import AccountRef, BadAnswer, BadCredentials, Denied, NotApplicable
from collectors.providers.aws import PROVIDER
from collectors.providers.aws.permissions import FREE, PERMISSIONS, iam_action
from collectors.providers.aws.session import AwsSession
from collectors.sandbox import RunningSandbox, Sandbox
from collectors.sandbox.estate.aws.accounts import (
    EXTERNAL_ID,
    FRANKFURT,
    MANAGEMENT,
    OPTED_OUT,
    PAYMENTS,
    READER_ROLE,
    REGIONS,
    SHOP,
    SYDNEY,
)
from tests.collectors.providers.aws.answers import digests
from tests.collectors.providers.aws.reading import Read, read
from tests.collectors.providers.aws.scripted import KEY

ALL = ["global", *REGIONS]


def opened(sandbox: RunningSandbox, account: str = SHOP, **connection: Any) -> AwsSession:
    """A session into an account of the sandbox, through the reader's role as from the management account."""
    told = {
        "endpoint": sandbox.url,
        "access_key_id": f"FANLIGHT{MANAGEMENT}",
        "role_arn": f"arn:aws:iam::{account}:role/{READER_ROLE}",
        "external_id": EXTERNAL_ID,
        **connection,
    }
    return AwsSession(AccountRef("aws", account, "shop", PROVIDER.connection(account, told)), KEY)


@pytest.fixture(scope="module")
def shop(larkfield: RunningSandbox) -> Read:
    return read(opened(larkfield), ALL)


@pytest.fixture
def faulty() -> Iterator[RunningSandbox]:
    """A sandbox of its own, for tests that let things go wrong."""
    with Sandbox(size=40).serve() as running:
        yield running


def test_every_function_of_the_account_is_seen_and_nothing_fails(shop: Read, larkfield: RunningSandbox) -> None:
    estate = larkfield.estate.at(0).aws
    expected = {function.name for function in estate.all_functions() if function.account == SHOP}
    assert expected <= shop.functions().keys()
    assert {"product-page", "staff-dashboard"} <= shop.functions().keys()
    assert shop.faults == {}
    assert shop.malformed == []


def test_no_function_has_a_part_that_could_not_be_understood(shop: Read) -> None:
    bad = {
        (name, section)
        for name, seen in shop.functions().items()
        for section, why in seen.unread.items()
        if why.error_class == "bad answer"
    }
    assert bad == set()


def test_roles_policies_and_guardrails_are_read(shop: Read) -> None:
    roles = {seen.name: seen for seen in shop.seen["roles"]}
    assert all(seen.grants is not None for seen in roles.values())
    assert READER_ROLE in roles or len(roles) > 5
    [account] = shop.seen["account"]
    assert account.sections["organisation"]["management"] == MANAGEMENT
    assert len(account.sections["guardrails"]["levels"]) >= 2


def test_no_value_of_an_environment_leaves_the_border(shop: Read, larkfield: RunningSandbox) -> None:
    estate = larkfield.estate.at(0).aws
    values = {value for f in estate.all_functions() for value in f.environment.values() if len(value) > 15}
    told = str(shop.seen)
    leaked = {value for value in values if value in told and not value.startswith(("arn:", "{{resolve", "http", "/"))}
    assert values
    assert leaked == set()


def test_each_call_made_is_in_the_published_policy(shop: Read) -> None:
    allowed = {permission.action for permission in PERMISSIONS} | FREE | {"sts:AssumeRole"}
    made = {iam_action(*name.split(":")) for calls in shop.calls.values() for name in calls}
    assert made <= allowed


def test_a_first_reading_costs_what_was_promised(shop: Read) -> None:
    core = {"ListFunctions", "ListAliases", "ListFunctionUrlConfigs", "GetPolicy"}
    aliases = sum(len(seen.sections["versions"]["aliases"]) for seen in shop.seen["functions"])
    made = sum(count for calls in shop.calls.values() for name, count in calls.items() if name.split(":")[1] in core)
    assert made <= 3.1 * len(shop.seen["functions"]) + aliases
    detail = {
        "ListVersionsByFunction",
        "GetFunctionConfiguration",
        "GetFunctionConcurrency",
        "ListProvisionedConcurrencyConfigs",
        "ListFunctionEventInvokeConfigs",
        "GetRuntimeManagementConfig",
        "GetFunctionRecursionConfig",
        "GetFunctionScalingConfig",
    }
    made = sum(count for calls in shop.calls.values() for name, count in calls.items() if name.split(":")[1] in detail)
    assert made <= 6 * len(shop.seen["functions"])


def test_a_reading_in_which_nothing_changed_asks_for_lists_only(shop: Read, larkfield: RunningSandbox) -> None:
    session = opened(larkfield)
    again = read(session, list(REGIONS), shop.remembered)
    assert again.functions().keys() == shop.functions().keys()
    made = {name for calls in again.calls.values() for name in calls}
    assert made == {"lambda:ListFunctions", "lambda:GetAccountSettings", "lambda-web:ListWebFunctions"}
    assert all(not seen.core_read for seen in again.seen["functions"])


def test_what_the_list_says_again_is_said_the_same_way(shop: Read, larkfield: RunningSandbox) -> None:
    again = read(opened(larkfield), list(REGIONS), shop.remembered)
    for name, seen in again.functions().items():
        assert digests(seen).items() <= digests(shop.functions()[name]).items(), name


def test_a_second_full_reading_says_the_same(shop: Read, larkfield: RunningSandbox) -> None:
    again = read(opened(larkfield), ALL)
    for listing, seen in shop.seen.items():
        before, after = ({each.native_id: digests(each) for each in some} for some in (seen, again.seen[listing]))
        assert before == after, listing


def test_a_function_that_the_log_names_is_read_in_full(shop: Read, larkfield: RunningSandbox) -> None:
    some = next(seen for seen in shop.seen["functions"] if seen.region == FRANKFURT)
    again = read(opened(larkfield), [FRANKFURT], lambda scope: shop.remembered(scope, frozenset({some.native_id})))
    assert [seen.name for seen in again.seen["functions"] if seen.core_read] == [some.name]


def test_the_log_names_what_exists_by_its_native_id(larkfield: RunningSandbox) -> None:
    session = opened(larkfield)
    state = larkfield.estate.at(0).aws
    until = state.time(24 * 30)
    pages = [page for scope in ALL for page in PROVIDER.activity(session, scope, until - timedelta(days=80), until)]
    events = [event for page in pages for event in page.events]
    assert events
    assert pages[-1].until == until
    assert {event.actor_kind for event in events} <= {"person", "role", "service", "pipeline", "root", "unknown"}
    assert any(event.subject.startswith("arn:aws:lambda:") for event in events)


def test_discovery_lists_the_organisation(larkfield: RunningSandbox) -> None:
    session = AwsSession(_hub(larkfield), KEY)
    found = {account.native_id: account for account in PROVIDER.discover(session)}
    assert {SHOP, PAYMENTS, MANAGEMENT} <= found.keys()
    assert found[SHOP].state == "ACTIVE"


def _hub(sandbox: RunningSandbox) -> AccountRef:
    told = {"endpoint": sandbox.url, "access_key_id": f"FANLIGHT{MANAGEMENT}"}
    return AccountRef("aws", MANAGEMENT, "hub", PROVIDER.connection(MANAGEMENT, told))


def test_scopes_are_what_is_global_and_the_enabled_regions(larkfield: RunningSandbox) -> None:
    scopes = PROVIDER.scopes(opened(larkfield))
    assert scopes[0] == "global"
    assert set(REGIONS) <= set(scopes)
    assert OPTED_OUT not in scopes


def test_a_region_that_was_read_before_is_read_again_to_say_that_it_is_off(larkfield: RunningSandbox) -> None:
    account = _hub(larkfield)
    session = AwsSession(AccountRef("aws", MANAGEMENT, "hub", account.connection, ("global", OPTED_OUT)), KEY)
    assert OPTED_OUT in PROVIDER.scopes(session)
    found = read(session, [OPTED_OUT])
    assert isinstance(found.faults[OPTED_OUT, "functions"], NotApplicable)


def test_a_region_that_is_denied_is_denied_and_not_empty(larkfield: RunningSandbox) -> None:
    found = read(opened(larkfield, PAYMENTS), [SYDNEY])
    assert isinstance(found.faults[SYDNEY, "functions"], Denied)
    assert found.faults[SYDNEY, "functions"].permission == "lambda:ListFunctions"


def test_credentials_of_another_account_are_refused(larkfield: RunningSandbox) -> None:
    told = {"endpoint": larkfield.url, "access_key_id": f"FANLIGHT{PAYMENTS}"}
    with pytest.raises(BadCredentials, match=f"belong to account {PAYMENTS}"):
        PROVIDER.connect(AccountRef("aws", SHOP, "shop", told))


def test_the_connection_test_has_a_line_for_each_kind_of_call(larkfield: RunningSandbox) -> None:
    lines = {check.call: check for check in PROVIDER.checks(opened(larkfield))}
    assert len(lines) > 30
    assert lines["sts:GetCallerIdentity"].outcome == "ok"
    assert lines["lambda:GetPolicy"].outcome == "ok"
    assert all(check.outcome in ("ok", "unsupported", "not applicable", "denied") for check in lines.values())


def test_one_refused_call_costs_one_section(faulty: RunningSandbox) -> None:
    faulty.fault("lambda:GetPolicy", "denied")
    found = read(opened(faulty), [FRANKFURT])
    assert found.faults == {}
    for seen in found.seen["functions"]:
        assert seen.unread["access"].permission == "lambda:GetPolicy"
        assert "access" not in seen.sections
        assert seen.bindings is None
        assert "entry_points" in seen.sections


@pytest.mark.parametrize("kind", ["denied", "html", "reset"])
def test_services_that_only_optional_parts_ask_cost_those_parts_alone(faulty: RunningSandbox, kind: Any) -> None:
    calm = read(opened(faulty), [FRANKFURT])
    faulty.fault("^(cloudwatch:DescribeAlarms|sqs|sns|s3|s3control|secretsmanager|cloudfront):?", kind)
    found = read(opened(faulty), [FRANKFURT])
    assert found.faults == {}
    optional = {permission.part for permission in PERMISSIONS if permission.optional}
    told = found.functions()
    for name, before in calm.functions().items():
        assert {"alarms"} & set(before.sections) <= {"alarms"} & set(told[name].unread), name
        assert set(told[name].unread) - set(before.unread) <= optional & {"alarms", "sources", "secrets", "edge"}, name
        assert told[name].core_read == before.core_read, name
    assert "sources" in told["invoices"].unread


@pytest.mark.parametrize("kind", ["truncate", "html"])
def test_a_list_that_was_cut_off_is_a_failed_list(faulty: RunningSandbox, kind: Any) -> None:
    faulty.fault("lambda:ListFunctions", kind)
    found = read(opened(faulty), [FRANKFURT])
    assert (FRANKFURT, "functions") in found.faults
    assert not isinstance(found.faults[FRANKFURT, "functions"], NotApplicable)


def test_throttling_and_resets_change_nothing_but_the_count(faulty: RunningSandbox) -> None:
    calm = read(opened(faulty), [FRANKFURT])
    faulty.fault("lambda:ListFunctions", "throttle", times=3)
    for call in ("GetPolicy", "ListAliases", "GetAccountSettings", "ListEventSourceMappings"):
        faulty.fault(f"lambda:{call}", "throttle", times=4)
    faulty.fault("lambda:ListFunctionUrlConfigs", "reset", times=3)
    session = opened(faulty)
    rough = read(session, [FRANKFURT])
    assert {seen.native_id: digests(seen) for seen in rough.seen["functions"]} == {
        seen.native_id: digests(seen) for seen in calm.seen["functions"]
    }
    assert session.calls(FRANKFURT).retries == 3 + 4 * 4 + 3


def test_expired_credentials_are_renewed_once(faulty: RunningSandbox) -> None:
    faulty.fault("lambda:ListAliases", "expired", times=1)
    found = read(opened(faulty), [FRANKFURT])
    assert found.faults == {}
    assert all("versions" in seen.sections for seen in found.seen["functions"])


def test_credentials_that_stay_expired_end_the_scope(faulty: RunningSandbox) -> None:
    faulty.fault("lambda:ListFunctions", "expired")
    found = read(opened(faulty), [FRANKFURT])
    assert isinstance(found.faults[FRANKFURT, "functions"], BadCredentials)


def test_bad_answers_have_their_own_class(faulty: RunningSandbox) -> None:
    faulty.fault("lambda:ListFunctions", "html")
    assert isinstance(read(opened(faulty), [FRANKFURT]).faults[FRANKFURT, "functions"], BadAnswer)
