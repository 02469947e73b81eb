"""How AWS is asked: retries, faults told apart, pages that cannot be trusted, credentials renewed, counts."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from botocore.credentials import ReadOnlyCredentials
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from collectors.provider import (
    AccountRef,
    BadAnswer,
    BadCredentials,
    BadTls,
    DeadlinePassed,
    Denied,
    NotApplicable,
    ReadFault,
    Throttled,
    Unreachable,
    Unsupported,
)
from collectors.providers.aws.faults import Missing
from collectors.providers.aws.pace import bucket
from collectors.providers.aws.reach import ATTEMPTS
from collectors.providers.aws.session import AwsSession
from collectors.providers.aws.wire import Call
from tests.collectors.providers.aws.scripted import ACCOUNT, REGION, Said, Scripted, refusal, session

LIST = "GET /2015-03-31/functions"
THROTTLED = refusal("TooManyRequestsException", 429)


def listed(endpoint: Scripted, **connection: Any) -> list[Any]:
    return session(endpoint.url, **connection).reach(REGION).entries("lambda", "ListFunctions", "Functions")


def test_an_answer_is_kept_as_it_came_with_fields_nobody_knows(endpoint: Scripted) -> None:
    endpoint.on(LIST, {"Functions": [{"FunctionName": "checkout", "BrandNew": {"x": 1}}]})
    assert listed(endpoint) == [{"FunctionName": "checkout", "BrandNew": {"x": 1}}]


def test_throttling_is_waited_out_and_counted(endpoint: Scripted) -> None:
    endpoint.on(LIST, [THROTTLED, THROTTLED, Said({"Functions": []})])
    reach = session(endpoint.url).reach(REGION)
    assert reach.entries("lambda", "ListFunctions", "Functions") == []
    assert (reach.counts.calls, reach.counts.retries, reach.counts.throttles) == (3, 2, 2)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_failing_server_is_asked_again(endpoint: Scripted, status: int) -> None:
    endpoint.on(LIST, [Said("busy", status)] * 3 + [Said({"Functions": []})])
    assert listed(endpoint) == []
    assert endpoint.count(LIST) == 4


def test_a_cut_connection_and_a_cut_body_are_asked_again(endpoint: Scripted) -> None:
    endpoint.on(LIST, [Said(silent=True), Said({"Functions": []}, cut=True), Said({"Functions": []})])
    assert listed(endpoint) == []


def test_throttling_without_end_becomes_a_fault(endpoint: Scripted) -> None:
    endpoint.on(LIST, THROTTLED)
    with pytest.raises(Throttled):
        listed(endpoint)
    assert endpoint.count(LIST) == 2 * ATTEMPTS


def test_where_everything_stays_throttled_calls_are_tried_once(endpoint: Scripted) -> None:
    endpoint.on("GET", THROTTLED)
    reach = session(endpoint.url).reach(REGION)
    for _ in range(10):
        with pytest.raises(Throttled):
            reach.ask("lambda", "ListFunctions")
    before = endpoint.count("GET")
    with pytest.raises(Throttled):
        reach.ask("lambda", "ListFunctions")
    assert endpoint.count("GET") == before + 1


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (refusal("AccessDeniedException", 403), Denied),
        (refusal("UnknownOperationException", 404), Unsupported),
        (Said("<html>not here</html>", 404), Unsupported),
        (
            refusal("AccessDeniedException", 403, "Unable to determine service/operation name to be authorized"),
            Unsupported,
        ),
        (refusal("UnrecognizedClientException", 403), BadCredentials),
        (refusal("InvalidParameterValueException", 400), BadAnswer),
        (Said("<html>a proxy's page</html>"), BadAnswer),
        (Said(b"\xff\xfe\x00garbage"), BadAnswer),
        (Said('{"Functions": [{"FunctionName": "chec'), BadAnswer),
        (Said("[" * 5000 + "]" * 5000), BadAnswer),
        (Said([1, 2]), BadAnswer),
        (Said({"Result": []}), BadAnswer),
        (Said({"Functions": None}), BadAnswer),
        (Said({"Functions": {"a": 1}}), BadAnswer),
    ],
)
def test_refusals_and_bad_answers_are_told_apart(endpoint: Scripted, said: Said, fault: type[ReadFault]) -> None:
    endpoint.on(LIST, said)
    with pytest.raises(fault) as met:
        session(endpoint.url).reach(REGION).ask(
            "lambda", "ListFunctions", "Functions"
        ) if fault is not BadAnswer else listed(endpoint)
    assert type(met.value) is fault


def test_a_missing_permission_is_named(endpoint: Scripted) -> None:
    endpoint.on(LIST, refusal("AccessDeniedException", 403, "User x is not authorized"))
    with pytest.raises(Denied) as denied:
        listed(endpoint)
    assert denied.value.permission == "lambda:ListFunctions"
    assert "not authorized" in denied.value.reason


def test_an_unknown_key_is_normal_where_the_region_is_not_enabled(endpoint: Scripted) -> None:
    endpoint.on(LIST, refusal("UnrecognizedClientException", 403))
    opened = session(endpoint.url)
    with pytest.raises(NotApplicable, match="not enabled"):
        opened.reach("af-south-1").ask("lambda", "ListFunctions", "Functions")


def test_a_wrong_clock_has_its_own_message(endpoint: Scripted) -> None:
    endpoint.on(LIST, refusal("InvalidSignatureException", 403, "Signature expired: 20260302T0000 is now earlier than"))
    with pytest.raises(BadCredentials, match="clock of this machine"):
        listed(endpoint)


def test_a_token_that_comes_back_ends_the_reading(endpoint: Scripted) -> None:
    endpoint.on(LIST, {"Functions": [], "NextMarker": "again"})
    with pytest.raises(BadAnswer, match="page token"):
        listed(endpoint)
    assert endpoint.count(LIST) == 3


def test_credentials_that_expire_on_the_way_are_renewed_and_the_same_page_is_asked_again(endpoint: Scripted) -> None:
    pages = [Said({"Functions": [{"n": 1}], "NextMarker": "two"}), refusal("ExpiredTokenException", 403)]
    endpoint.on(LIST, [*pages, Said({"Functions": [{"n": 2}]})])
    assert listed(endpoint) == [{"n": 1}, {"n": 2}]
    assert [asked.path.split("?")[-1] for asked in endpoint.asked[1:]] == ["Marker=two", "Marker=two"]


def test_credentials_that_stay_expired_are_bad_credentials(endpoint: Scripted) -> None:
    endpoint.on(LIST, refusal("ExpiredTokenException", 403))
    with pytest.raises(BadCredentials, match="renewing them did not help"):
        listed(endpoint)
    assert endpoint.count(LIST) == 2


ASSUMED = """<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAX</AccessKeyId>
<SecretAccessKey>s</SecretAccessKey><SessionToken>token-{}</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
</Credentials></AssumeRoleResult></AssumeRoleResponse>"""
ROLE = {"role_arn": f"arn:aws:iam::{ACCOUNT}:role/FanlightReader", "external_id": "larkfield"}


def test_a_role_is_assumed_with_its_external_id_and_again_when_it_expired(endpoint: Scripted) -> None:
    endpoint.on("AssumeRole", [Said(ASSUMED.format(1)), Said(ASSUMED.format(2))])
    endpoint.on(LIST, [refusal("ExpiredTokenException", 403), Said({"Functions": []})])
    assert listed(endpoint, **ROLE) == []
    assert b"ExternalId=larkfield" in endpoint.asked[0].body
    tokens = [asked.headers.get("x-amz-security-token") for asked in endpoint.asked if asked.method == "GET"]
    assert tokens == ["token-1", "token-2"]


def test_a_role_that_cannot_be_assumed_says_what_to_check(endpoint: Scripted) -> None:
    denied = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
    endpoint.on("AssumeRole", Said(denied, 403))
    with pytest.raises(BadCredentials, match="trusts us"):
        listed(endpoint, **ROLE)


def test_what_the_endpoint_does_not_know_is_asked_once(endpoint: Scripted) -> None:
    reach = session(endpoint.url).reach(REGION)
    for _ in range(5):
        with pytest.raises(Unsupported):
            reach.ask("lambda", "GetRuntimeManagementConfig", FunctionName="checkout")
    assert len(endpoint.asked) == 1


def test_nothing_there_is_an_answer(endpoint: Scripted) -> None:
    endpoint.on("GET .*/policy", refusal("ResourceNotFoundException", 404))
    reach = session(endpoint.url).reach(REGION)
    assert reach.find("lambda", "GetPolicy", "Policy", FunctionName="checkout") is None
    with pytest.raises(Missing):
        reach.ask("lambda", "GetPolicy", "Policy", FunctionName="checkout")


def test_after_the_deadline_nothing_is_asked(endpoint: Scripted) -> None:
    endpoint.on(LIST, {"Functions": []})
    opened = session(endpoint.url)
    opened.begin(REGION, 0)
    with pytest.raises(DeadlinePassed):
        opened.reach(REGION).ask("lambda", "ListFunctions")
    assert endpoint.asked == []


def test_nobody_there_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="cannot be reached"):
        session("http://127.0.0.1:9").reach(REGION).attempts(*_once())


def _once() -> tuple[Any, ...]:
    return Call("lambda", "ListFunctions", REGION), {}, ReadOnlyCredentials("a", "b", None), 1


def test_an_endpoint_may_carry_a_path_prefix(endpoint: Scripted) -> None:
    endpoint.on("GET /cloud/aws/2015-03-31/functions", {"Functions": []})
    opened = session(f"{endpoint.url}/cloud/aws/")
    assert opened.reach(REGION).entries("lambda", "ListFunctions", "Functions") == []


def test_words_of_refusals_hold_no_secret(endpoint: Scripted) -> None:
    endpoint.on(LIST, refusal("AccessDeniedException", 403, "denied for token ghp_" + "a1" * 18))
    with pytest.raises(Denied) as denied:
        listed(endpoint)
    assert "ghp_" not in denied.value.reason


def test_a_peer_that_never_answers_is_left_soon_after_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        opened = session(f"http://127.0.0.1:{silent.getsockname()[1]}")
        opened.begin(REGION, 0.5)
        started = time.monotonic()
        with pytest.raises(DeadlinePassed):
            opened.reach(REGION).ask("lambda", "ListFunctions")
        assert time.monotonic() - started < 10


def test_a_certificate_nobody_vouches_for_is_never_accepted(tmp_path: Path) -> None:
    with https_server(tmp_path) as url, pytest.raises(BadTls, match="certificate"):
        session(url, access_key_id="FANLIGHT1").reach(REGION).ask("lambda", "ListFunctions")


@contextmanager
def https_server(folder: Path) -> Iterator[str]:
    """A server on loopback with a certificate of its own making."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    valid = made.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
    pem = valid.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    (folder / "both.pem").write_bytes(pem + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"https://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_quotas_are_kept_with_the_real_cloud_and_elsewhere_only_when_asked(endpoint: Scripted) -> None:
    assert not session(endpoint.url).paced
    assert session(endpoint.url, pace=True).paced
    assert AwsSession(AccountRef("aws", ACCOUNT, "prod", {}), "k").paced


def test_each_class_of_calls_has_a_quota_of_its_own() -> None:
    lists, policies, urls = (
        bucket("1", REGION, "lambda", call) for call in ("ListFunctions", "GetPolicy", "ListAliases")
    )
    assert lists is urls is not policies
    assert bucket("1", "us-east-1", "lambda", "ListFunctions") is not lists
    assert bucket("2", REGION, "lambda", "ListFunctions") is not lists
    assert max(lists.full_rate, policies.full_rate) <= 15
    assert bucket("1", REGION, "cloudtrail", "LookupEvents").full_rate <= 2
