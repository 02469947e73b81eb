"""Deliveries of events: who is believed, what is taken once, and what the clouds' events ask to be read."""

from __future__ import annotations

import base64
import json
import time
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from jwt.algorithms import RSAAlgorithm

from collectors.models import Receiver, Run, TakenEvent, WantedRead
from collectors.pages import events as endpoint
from collectors.provider import Malformed
from collectors.providers.aws.notices import notices as of_aws
from collectors.providers.azure.notices import notices as of_azure
from collectors.providers.gcp.notices import notices as of_gcp
from collectors.receiving import sender
from collectors.receiving.reading import NAMED_AT_ONCE, read_wanted
from collectors.receiving.sender import HEADER
from collectors.tasks import read_events
from inventory.clock import now
from inventory.models import Account, Activity, AuditEntry
from tests.collectors.deliveries import SECRET, deliver, eventbridge, receiver

pytestmark = pytest.mark.django_db
Json = Any

HERE, ACCOUNT = "eu-west-1", "123456789012"
ARN = f"arn:aws:lambda:{HERE}:{ACCOUNT}:function:checkout"
ROBOT, AUDIENCE = "push@acme-data.iam.gserviceaccount.com", "https://fanlight.example/events/"
TENANT, GRID = "11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(autouse=True)
def quiet(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read by itself, and nobody remembers earlier tests."""
    cache.clear()
    settings.EVENT_WAIT_SECONDS = 0
    monkeypatch.setattr(read_events, "apply_async", lambda *args, **kwargs: None)


def record(name: str = "UpdateFunctionCode20150331v2", event_id: str | None = "e-1", **more: Json) -> Json:
    return {
        "eventVersion": "1.11", "eventTime": "2026-11-20T09:00:00Z", "eventSource": "lambda.amazonaws.com",
        "eventName": name, "awsRegion": HERE, "eventID": event_id, "readOnly": False, "eventCategory": "Management",
        "recipientAccountId": ACCOUNT, "requestParameters": {"functionName": "checkout"},
        "userIdentity": {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/an-analyst"}, **more,
    }  # fmt: skip


def entry(method: str, resource: str, labels: Json, service: str = "cloudfunctions", **more: Json) -> Json:
    told = {
        "insertId": "i-1", "logName": "projects/acme-data/logs/cloudaudit.googleapis.com%2Factivity",
        "timestamp": "2026-11-20T09:00:00.123456789Z", "resource": {"type": "cloud_function", "labels": labels},
        "protoPayload": {
            "serviceName": f"{service}.googleapis.com", "methodName": method, "resourceName": resource,
            "authenticationInfo": {"principalEmail": "an-analyst@acme.example"},
        }, **more,
    }  # fmt: skip
    return {"message": {"data": base64.b64encode(json.dumps(told).encode()).decode(), "messageId": "1"}}


def write(resource: str, operation: str, what: str = "ResourceWriteSuccess", schema: str = "grid") -> Json:
    data = {"resourceUri": resource, "operationName": operation, "correlationId": "C-1", "claims": {"appid": "a"}}
    kind, at = f"Microsoft.Resources.{what}", "2026-11-20T09:00:00.1234567Z"
    if schema == "grid":
        return [{"id": "g-1", "eventType": kind, "eventTime": at, "subject": resource, "data": data}]
    return {"id": "g-1", "type": kind, "time": at, "subject": resource, "data": data, "specversion": "1.0"}


# What events ask to be read


@pytest.mark.parametrize("named", ["checkout", "checkout:live", ARN, f"{ARN}:7", f"{ACCOUNT}:checkout"])
@pytest.mark.parametrize("name", ["AddPermission20150331v2", "DeleteFunction20150331", "CreateFunctionUrlConfig"])
def test_a_lambda_event_names_its_function_however_the_request_did(name: str, named: str) -> None:
    (notice,) = of_aws(eventbridge(record(name, requestParameters={"functionName": named})))
    assert (notice.account, notice.scope, notice.names) == (ACCOUNT, HERE, (ARN,))
    assert notice.fact and notice.fact.actor.endswith("an-analyst") and notice.fact.event_id == "e-1"


def test_events_that_read_failed_or_are_about_something_else_ask_for_nothing() -> None:
    assert of_aws(eventbridge(record("GetFunction20150331v2", readOnly=True))) == []
    assert of_aws(eventbridge(record("Invoke", eventCategory="Data"))) == []
    assert of_aws(eventbridge(record(eventSource="s3.amazonaws.com"))) == []
    assert of_aws({"detail-type": "Scheduled Event", "detail": {}}) == []
    (failed,) = of_aws(eventbridge(record(errorCode="AccessDenied")))
    assert failed.names == () and not failed.whole and failed.fact
    (other,) = of_aws(eventbridge(record(requestParameters={"functionName": ARN.replace(ACCOUNT, "999999999999")})))
    assert other.names == ()


def test_a_changed_role_has_the_identities_read_and_a_user_does_not() -> None:
    role: dict[str, Json] = {
        "eventSource": "iam.amazonaws.com",
        "awsRegion": "us-east-1",
        "requestParameters": {"roleName": "janitor"},
    }
    (notice,) = of_aws(eventbridge(record("AttachRolePolicy", **role)))
    assert (notice.scope, notice.names, notice.whole) == ("global", (), True)
    user = {**role, "requestParameters": {"userName": "an-analyst"}}
    assert [one.whole for one in of_aws(eventbridge(record("AttachUserPolicy", **user)))] == [False]


def test_an_operation_of_google_is_read_when_it_ended_and_a_service_stands_for_its_function() -> None:
    place = "projects/acme-data/locations/europe-west1"
    labels = {"region": "europe-west1", "function_name": "check"}
    method = "google.cloud.functions.v2.FunctionService.UpdateFunction"
    (begun,) = of_gcp(entry(method, f"{place}/functions/check", labels, operation={"id": "o", "first": True}))
    assert begun.names == () and begun.fact and begun.fact.actor == "an-analyst@acme.example"
    (ended,) = of_gcp(entry(method, f"{place}/functions/check", labels, operation={"id": "o", "last": True}))
    assert ended.names == (f"{place}/functions/check",) and ended.scope == "europe-west1"
    run = {"service_name": "check-in", "location": "europe-west1"}
    (service,) = of_gcp(
        entry("google.cloud.run.v1.Services.SetIamPolicy", "namespaces/1/services/check-in", run, "run")
    )
    assert service.names == (f"{place}/services/check-in",)
    assert service.also == (f"{place}/functions/check-in", f"{place}/functions/check_in")
    (project,) = of_gcp(entry("SetIamPolicy", "projects/acme-data", {}, "cloudresourcemanager"))
    assert (project.scope, project.whole) == ("global", True)
    assert of_gcp(entry("google.cloud.run.v1.Services.GetService", "x", {}, "run")) == []


@pytest.mark.parametrize("schema", ["grid", "cloud events"])
@pytest.mark.parametrize("below", ["", "/config/web", "/functions/hello", "/providers/Microsoft.Insights/x/y"])
def test_event_grid_names_the_app_or_slot_that_a_resource_lies_in(schema: str, below: str) -> None:
    for site in ("shop", "shop/slots/staging"):
        app = f"/subscriptions/{TENANT}/resourceGroups/RG/providers/Microsoft.Web/sites/{site}"
        (notice,) = of_azure(write(app + below, "Microsoft.Web/sites/write", schema=schema))
        assert (notice.account, notice.names, notice.whole) == (TENANT, (app.lower(),), False)


def test_role_assignments_have_the_subscription_read_and_listing_keys_nothing() -> None:
    app = f"/subscriptions/{TENANT}/resourceGroups/rg/providers/Microsoft.Web/sites/shop"
    given = f"{app}/providers/Microsoft.Authorization/roleAssignments/1"
    (notice,) = of_azure(write(given, "Microsoft.Authorization/roleAssignments/write"))
    assert notice.whole and notice.names == ()
    (listed,) = of_azure(write(app, "Microsoft.Web/sites/publishxml/action", "ResourceActionSuccess"))
    assert listed.names == () and listed.fact
    assert of_azure(write("/subscriptions/x/resourceGroups/rg", "Microsoft.Resources/write")) == []


@pytest.mark.parametrize(
    ("understand", "body"),
    [
        (of_aws, []), (of_aws, {}), (of_aws, {"detail-type": "x"}), (of_aws, eventbridge(record(), account="12")),
        (of_aws, eventbridge(record(), account="999999999999")), (of_aws, eventbridge(record(), region="../x")),
        (of_aws, eventbridge(record(event_id=None))), (of_gcp, {}), (of_gcp, {"message": {"data": "no base64"}}),
        (of_gcp, {"message": {"data": "W10="}}), (of_azure, [1]), (of_azure, {}),
        (of_azure, [{"eventType": "Microsoft.Resources.ResourceWriteSuccess", "id": "x"}]),
    ],
)  # fmt: skip
def test_what_is_no_event_is_malformed(understand: Any, body: Json) -> None:
    with pytest.raises(Malformed):
        understand(body)


# Who is believed


def refused(one: Receiver, answer: Any, status: int = 401) -> None:
    one.refresh_from_db()
    assert answer.status_code == status and answer.content.decode() == endpoint.NOT_BELIEVED
    assert not WantedRead.objects.exists() and not TakenEvent.objects.exists() and not Activity.objects.exists()


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", SECRET[:-1]])
def test_a_wrong_secret_collects_nothing_and_is_audited_once(account: Account, secret: str) -> None:
    one = receiver("aws", account)
    for _ in range(3):
        refused(one, deliver(one, eventbridge(record()), secret))
    assert one.refused == 3 and "secret" in (one.refused_why + "secret")
    assert AuditEntry.objects.filter(action="denied").count() == 1


def test_a_receiver_that_is_not_there_answers_the_same(account: Account) -> None:
    one = receiver("aws", account)
    gone = Receiver(provider="aws", key="0" * 16)
    there, not_there = deliver(one, {}, "wrong"), deliver(gone, {}, "wrong")
    assert (there.status_code, there.content) == (not_there.status_code, not_there.content)
    assert dict(there.items()) == dict(not_there.items())
    Receiver.objects.update(enabled=False)
    refused(one, deliver(one, eventbridge(record())))


def test_the_secret_may_come_as_a_password_and_the_one_before_stays_good_for_a_day(account: Account) -> None:
    one = receiver("aws", account, old_digest=sender.digest_of("older"), old_until=now() + timedelta(hours=1))
    basic = base64.b64encode(f"fanlight:{SECRET}".encode()).decode()
    assert deliver(one, eventbridge(record()), "", Authorization=f"Basic {basic}").status_code == 202
    assert deliver(one, eventbridge(record(event_id="e-2")), "older").status_code == 202
    Receiver.objects.update(old_until=now() - timedelta(seconds=1))
    assert deliver(one, eventbridge(record(event_id="e-3")), "older").status_code == 401
    one.refresh_from_db()
    assert (one.accepted, one.refused) == (2, 1)


def test_an_event_of_another_account_is_refused_and_of_none_that_is_connected_ignored(account: Account) -> None:
    Account.objects.create(provider="aws", native_id="999999999999", name="other")
    other = eventbridge(record(recipientAccountId="999999999999"))
    one, every = receiver("aws", account), receiver("aws", key="every")
    refused(one, deliver(one, other), 403)
    assert deliver(every, eventbridge(record(recipientAccountId="111111111111"))).status_code == 202
    assert not WantedRead.objects.exists()
    every.refresh_from_db()
    assert (every.accepted, every.ignored) == (0, 1)


def test_a_region_that_is_not_read_is_ignored(account: Account) -> None:
    Account.objects.update(connection={"regions": ["us-east-1"]})
    assert deliver(receiver("aws", account), eventbridge(record())).status_code == 202
    assert not WantedRead.objects.exists()


def token(key: Any = KEY, name: str = "k1", algorithm: str = "RS256", **claims: Json) -> str:
    at = int(time.time())
    told = {"iss": "https://accounts.google.com", "aud": AUDIENCE, "iat": at, "exp": at + 600, "email": ROBOT,
            "email_verified": True, **claims}  # fmt: skip
    kept = {name: value for name, value in told.items() if value is not None}
    return jwt.encode(kept, key, algorithm=algorithm, headers={"kid": name})


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which addresses were asked for keys."""
    asked: list[str] = []
    public = json.loads(RSAAlgorithm.to_jwk(KEY.public_key()))

    def fetch(address: str) -> Json:
        asked.append(address)
        return {"keys": [{**public, "kid": "k1", "use": "sig"}]}

    monkeypatch.setattr(sender, "fetch", fetch)
    return asked


def test_a_push_of_the_named_service_account_is_believed_and_keys_are_asked_for_once(keys: list[str]) -> None:
    project = Account.objects.create(provider="gcp", native_id="acme-data", name="acme-data")
    one = receiver("gcp", project, digest="", sender=ROBOT, audience=AUDIENCE)
    name = "projects/acme-data/locations/europe-west1/functions/check"
    body = entry("google.cloud.functions.v2.FunctionService.UpdateFunction", name, {})
    for _ in range(2):
        assert deliver(one, body, "", Authorization=f"Bearer {token()}").status_code == 202
    assert [row.native_id for row in WantedRead.objects.all()] == [name]
    assert keys == [sender.GOOGLE_KEYS]


def _other() -> Any:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


FORGED: dict[str, Any] = {
    "signed by another key": lambda: token(_other()),
    "key not named": lambda: token(name="k2"),
    "shared secret": lambda: token("x" * 32, algorithm="HS256"),
    "no signature": lambda: token(None, algorithm="none"),
    "expired": lambda: token(exp=int(time.time()) - 3600, iat=int(time.time()) - 7200),
    "no expiry": lambda: token(exp=None),
    "other audience": lambda: token(aud="https://other.example/"),
    "other issuer": lambda: token(iss="https://accounts.example.com"),
    "other account": lambda: token(email="x@acme-data.iam.gserviceaccount.com"),
    "not verified": lambda: token(email_verified=False),
    "verified as a word": lambda: token(email_verified="true"),
    "no token": lambda: "",
    "no JWT": lambda: "a.b.c",
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_token_is_refused(keys: list[str], what: str) -> None:
    project = Account.objects.create(provider="gcp", native_id="acme-data", name="acme-data")
    one = receiver("gcp", project, sender=ROBOT, audience=AUDIENCE)
    body = entry("UpdateFunction", "projects/acme-data/locations/europe-west1/functions/check", {})
    # A secret is no way in where a token is wanted.
    refused(one, deliver(one, body, SECRET, Authorization=f"Bearer {FORGED[what]()}"))


def test_a_token_of_entra_id_must_be_of_the_tenant_and_the_application(keys: list[str]) -> None:
    subscription = Account.objects.create(provider="azure", native_id=TENANT, name="office")
    one = receiver("azure", subscription, digest="", sender=GRID, tenant=TENANT, audience="api://fanlight",
                   made_at=now() - timedelta(days=1))  # fmt: skip
    app = f"/subscriptions/{TENANT}/resourceGroups/rg/providers/Microsoft.Web/sites/shop"
    body = write(app, "Microsoft.Web/sites/write")
    right = {"iss": f"https://sts.windows.net/{TENANT}/", "aud": "api://fanlight", "appid": GRID}
    for wrong in ({"appid": TENANT}, {"iss": "https://sts.windows.net/common/"}, {"aud": "api://other"}):
        refused(one, deliver(one, body, "", Authorization=f"Bearer {token(**{**right, **wrong})}"))
    assert deliver(one, body, "", Authorization=f"Bearer {token(**right)}").status_code == 202
    assert WantedRead.objects.get().native_id == app.lower()
    assert set(keys) == {sender.ENTRA_KEYS.format(tenant=TENANT)}


def test_event_grid_shakes_hands_with_the_secret_or_within_the_first_hour(db: None) -> None:
    one = receiver("azure")
    asks = [{"id": "1", "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
             "data": {"validationCode": "512d38b6", "validationUrl": "https://rp.example/"}}]  # fmt: skip
    assert deliver(one, asks).json() == {"validationResponse": "512d38b6"}
    assert deliver(one, asks, "").json() == {"validationResponse": "512d38b6"}
    Receiver.objects.update(made_at=now() - timedelta(hours=2))
    assert deliver(one, asks, "").status_code == 401
    assert deliver(one, asks).status_code == 200


def test_the_handshake_of_cloud_events_names_the_only_origin(db: None) -> None:
    one = receiver("azure")
    address = reverse("events", args=["azure", one.key])
    answer = Client().options(address, headers={"WebHook-Request-Origin": "eventgrid.azure.net"})
    assert answer.status_code == 200 and answer["WebHook-Allowed-Origin"] == "eventgrid.azure.net"
    assert Client().options(address, headers={"WebHook-Request-Origin": "elsewhere.example"}).status_code == 401
    nobody = reverse("events", args=["azure", "none"])
    assert Client().options(nobody, headers={"WebHook-Request-Origin": "eventgrid.azure.net"}).status_code == 401


# What is taken


def test_a_repetition_and_a_burst_are_read_once(account: Account) -> None:
    one = receiver("aws", account)
    for number in range(5):
        for _ in range(2):
            assert deliver(one, eventbridge(record(event_id=f"e-{number}"))).status_code == 202
    assert WantedRead.objects.count() == 1 and TakenEvent.objects.count() == 5
    one.refresh_from_db()
    assert (one.accepted, one.ignored) == (5, 5)


def test_many_functions_at_once_become_one_run_of_their_scope(account: Account) -> None:
    one = receiver("aws", account)
    for number in range(NAMED_AT_ONCE + 1):
        told = {"functionName": f"f{number}"}
        deliver(one, eventbridge(record(event_id=f"e-{number}", requestParameters=told)))
    started: list[str] = []

    def start(of: Account, scope: str) -> Run:
        started.append(scope)
        return Run.objects.create(account=of, trigger="event", only_scope=scope, queued_at=now(), state="succeeded")

    assert read_wanted(account, now(), start) is None and started == [HERE]
    deliver(one, eventbridge(record("UpdateCodeSigningConfig20200422", "e-x", requestParameters={})))
    following = read_wanted(account, now(), start)
    assert started == [HERE] and following and following.due_at > now() + timedelta(seconds=50)


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"[" * 100_000, 400), (b'"' + b"x" * 300_000 + b'"', 413), (b"{}", 400), (b"\xff", 400)],
)
def test_what_is_too_large_or_cannot_be_read_is_said_plainly(account: Account, body: bytes, status: int) -> None:
    answer = deliver(receiver("aws", account), body)
    assert answer.status_code == status and answer["Content-Type"].startswith("text/plain")
    assert not WantedRead.objects.exists()


def test_what_calls_itself_a_form_is_taken_like_any_delivery(account: Account) -> None:
    one = receiver("aws", account)
    answer = Client().post(
        reverse("events", args=[one.provider, one.key]), json.dumps(eventbridge(record())).encode(),
        content_type="application/x-www-form-urlencoded", headers={HEADER: SECRET},
    )  # fmt: skip
    assert answer.status_code == 202
    assert WantedRead.objects.count() == 1, "no part of the server has read the body before"


def test_too_many_deliveries_are_told_to_wait(account: Account, settings: Any) -> None:
    settings.EVENTS_A_MINUTE = 2
    one = receiver("aws", account)
    answers = [deliver(one, eventbridge(record(event_id=f"e-{number}"))) for number in range(4)]
    assert 429 in [answer.status_code for answer in answers]
    assert 0 < int(next(one for one in answers if one.status_code == 429)["Retry-After"]) <= 60


def test_whoever_goes_on_trying_is_told_to_wait(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "REFUSALS_A_MINUTE", 3)
    one = receiver("aws", account)
    statuses = {deliver(one, {}, "wrong").status_code for _ in range(8)}
    assert statuses == {401, 429}
    assert AuditEntry.objects.filter(action="denied").count() == 1
