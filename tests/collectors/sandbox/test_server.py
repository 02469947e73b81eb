"""The server under the clouds: connections, faults to order, days."""

import http.client
import logging
import time
from collections.abc import Iterator
from typing import Any

import boto3
import botocore.model
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from collectors.sandbox import RunningSandbox, Sandbox
from collectors.sandbox.aws import cbor
from collectors.sandbox.estate.aws.accounts import FRANKFURT, IRELAND, SHOP
from collectors.sandbox.wire import Call
from tests.collectors.sandbox.conftest import Connect
from tests.collectors.sandbox.test_functions import CHECKOUT, code_of


def signed(service: str, key: str = f"FANLIGHT{SHOP}") -> dict[str, str]:
    scope = f"{key}/20261122/{FRANKFURT}/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"}


def test_requests_are_noted_with_service_operation_region_and_account(
    own_sandbox: RunningSandbox, own_aws: Connect
) -> None:
    own_aws("lambda").list_functions()
    own_aws("lambda-web", SHOP, IRELAND).list_web_functions()
    own_aws("elbv2").describe_load_balancers()
    assert own_sandbox.requests == [
        Call("lambda", "ListFunctions", FRANKFURT, SHOP),
        Call("lambda-web", "ListWebFunctions", IRELAND, SHOP),
        Call("elbv2", "DescribeLoadBalancers", FRANKFURT, SHOP),
    ]


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("lambda", "list_capacity_providers", "UnknownOperationException"),
        ("kms", "list_keys", "UnknownOperationException"),
        ("config", "describe_delivery_channels", "UnknownOperationException"),
        ("iam", "list_users", "InvalidAction"),
        ("ec2", "describe_instances", "InvalidAction"),
    ],
)
def test_what_is_not_served_is_refused_in_its_protocol_and_logged(
    own_aws: Connect, caplog: Any, service: str, operation: str, code: str
) -> None:
    with caplog.at_level(logging.WARNING), pytest.raises(ClientError) as error:
        getattr(own_aws(service), operation)()
    assert code_of(error) == code
    assert f"not served: {service}:" in caplog.text


FAULTS = [
    ("lambda", "list_functions", "throttle", "TooManyRequestsException"),
    ("iam", "list_account_aliases", "throttle", "Throttling"),
    ("ec2", "describe_vpcs", "throttle", "RequestLimitExceeded"),
    ("logs", "describe_log_groups", "throttle", "ThrottlingException"),
    ("lambda", "list_functions", "denied", "AccessDeniedException"),
    ("iam", "list_account_aliases", "denied", "AccessDenied"),
    ("ec2", "describe_vpcs", "denied", "UnauthorizedOperation"),
    ("lambda", "list_functions", "expired", "ExpiredTokenException"),
    ("iam", "list_account_aliases", "expired", "ExpiredToken"),
    ("lambda", "list_functions", "error500", "ServiceException"),
    ("logs", "describe_log_groups", "error500", "InternalFailure"),
]


@pytest.mark.parametrize(("service", "operation", "kind", "code"), FAULTS)
def test_an_ordered_refusal_comes_in_the_services_own_words(
    own_sandbox: RunningSandbox, own_aws: Connect, service: str, operation: str, kind: Any, code: str
) -> None:
    own_sandbox.fault(f"^{service}:", kind, times=1)
    with pytest.raises(ClientError) as error:
        getattr(own_aws(service), operation)()
    assert code_of(error) == code
    getattr(own_aws(service), operation)()


def test_a_fault_strikes_only_its_calls_region_and_account(own_sandbox: RunningSandbox, own_aws: Connect) -> None:
    own_sandbox.fault("lambda:ListFunctions", "denied", region=IRELAND, account=SHOP)
    own_aws("lambda").list_functions()
    own_aws("lambda", "210987000055", IRELAND).list_functions()
    own_aws("lambda", SHOP, IRELAND).list_layers()
    for _ in range(2):
        with pytest.raises(ClientError):
            own_aws("lambda", SHOP, IRELAND).list_functions()
    own_sandbox.faults.clear()
    own_aws("lambda", SHOP, IRELAND).list_functions()


def test_the_sdk_recovers_from_two_throttles_by_itself(own_sandbox: RunningSandbox) -> None:
    own_sandbox.fault("lambda:GetPolicy", "throttle", times=2)
    client = boto3.client(
        "lambda",
        region_name=FRANKFURT,
        endpoint_url=own_sandbox.url,
        aws_access_key_id=f"FANLIGHT{SHOP}",
        aws_secret_access_key="unchecked",
    )
    assert client.get_policy(FunctionName="mailer")["Policy"]
    assert len(own_sandbox.requests) == 3


def test_a_broken_connection_is_seen_as_one(own_sandbox: RunningSandbox, own_aws: Connect) -> None:
    own_sandbox.fault("lambda:", "reset", times=1)
    with pytest.raises(ConnectionClosedError):
        own_aws("lambda").list_functions()
    own_aws("lambda").list_functions()


def test_a_silent_server_runs_into_the_timeout_and_stops_promptly(
    own_sandbox: RunningSandbox, own_aws: Connect
) -> None:
    own_sandbox.fault("lambda:", "hang", times=1)
    with pytest.raises(ReadTimeoutError):
        own_aws("lambda").list_functions()
    before = time.monotonic()
    own_sandbox.stop()
    assert time.monotonic() - before < 2


def test_a_cut_answer_announces_more_than_it_brings(own_sandbox: RunningSandbox) -> None:
    own_sandbox.fault("lambda:", "truncate", times=1)
    connection = http.client.HTTPConnection("127.0.0.1", own_sandbox.port)
    connection.request("GET", "/2015-03-31/functions", headers=signed("lambda"))
    with pytest.raises(http.client.IncompleteRead):
        connection.getresponse().read()


def test_a_proxy_page_is_no_json(own_sandbox: RunningSandbox) -> None:
    own_sandbox.fault("lambda:", "html", times=1)
    connection = http.client.HTTPConnection("127.0.0.1", own_sandbox.port)
    connection.request("GET", "/2015-03-31/functions", headers=signed("lambda"))
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("content-type")) == (200, "text/html; charset=utf-8")


def test_an_unknown_kind_of_fault_is_refused(own_sandbox: RunningSandbox) -> None:
    with pytest.raises(ValueError, match="earthquake"):
        own_sandbox.fault("lambda:", "earthquake")  # type: ignore[arg-type]


def test_a_taken_port_is_an_error(own_sandbox: RunningSandbox) -> None:
    with pytest.raises(OSError, match="in use"):
        Sandbox().serve(own_sandbox.port)


def test_a_request_for_no_cloud_is_not_found_and_broken_ones_are_refused(sandbox: RunningSandbox) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port)
    connection.request("GET", "/")
    unsigned = connection.getresponse()
    assert unsigned.status == 404 and b"No cloud" in unsigned.read()
    headers = {**signed("kms"), "X-Amz-Target": "TrentService.DescribeKey"}
    connection.request("POST", "/", body=b"{not json", headers=headers)
    broken = connection.getresponse()
    assert broken.status == 400 and b"SerializationException" in broken.read()


def test_one_connection_serves_many_requests(sandbox: RunningSandbox) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port)
    connection.connect()
    mine = connection.sock.getsockname()
    for _ in range(20):
        connection.request("GET", "/2015-03-31/functions/mailer/policy", headers=signed("lambda"))
        assert connection.getresponse().read()
    assert connection.sock.getsockname() == mine


def test_four_hundred_requests_cost_less_than_a_second_of_one_core(sandbox: RunningSandbox) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port)
    before = time.process_time()
    for path in ("/2015-03-31/functions/mailer/policy", "/2021-10-31/functions/mailer/urls") * 195 + (
        "/2015-03-31/functions",
    ) * 10:
        connection.request("GET", path, headers=signed("lambda"))
        assert connection.getresponse().read()
    assert time.process_time() - before < 1


@pytest.fixture
def cbor_first(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An SDK that prefers CBOR, as other versions of botocore do."""
    order = ("smithy-rpc-v2-cbor", *botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS)
    monkeypatch.setattr(botocore.model, "PRIORITY_ORDERED_SUPPORTED_PROTOCOLS", order)
    yield


def test_cbor_is_answered_in_cbor(cbor_first: None, own_sandbox: RunningSandbox, own_aws: Connect) -> None:
    sent: list[bytes | str] = []
    client = own_aws("resourcegroupstaggingapi")
    client.meta.events.register("before-send", lambda request, **_: sent.append(request.headers["Content-Type"]))
    found = client.get_resources(ResourceTypeFilters=["lambda:function"], ResourcesPerPage=100)
    assert CHECKOUT in {one["ResourceARN"] for one in found["ResourceTagMappingList"]}
    assert sent in ([b"application/cbor"], ["application/cbor"])
    own_sandbox.fault("resourcegroupstaggingapi:GetResources", "throttle", times=1)
    with pytest.raises(ClientError) as error:
        client.get_resources()
    assert code_of(error) == "ThrottlingException"


@pytest.mark.parametrize(
    "value", [None, True, 0, 23, 24, 300, 70_000, 1 << 40, -5, 1.5, "ü", [], [1, ["a"]], {"a": {"b": False}}, b"\x00"]
)
def test_cbor_reads_what_it_writes(value: Any) -> None:
    assert cbor.decode(cbor.encode(value)) == value


def test_cbor_reads_open_ended_text_lists_and_maps() -> None:
    streamed = bytes.fromhex("bf 6161 9f0102ff 6162 7f616361 64ff ff")
    assert cbor.decode(streamed) == {"a": [1, 2], "b": "cd"}
    with pytest.raises(ValueError, match="too early"):
        cbor.decode(b"\x63ab")
