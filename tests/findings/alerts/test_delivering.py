"""Sending: at least once under one key whatever breaks, for a day, and then shown as given up."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core import mail

from findings import delivering
from findings.alerts.webhook import signature
from findings.delivering import ATTEMPTS, LEASE, Out, again, channels, deliver, due, trial_of
from findings.models import Alert, Channel, Delivery
from findings.outward import Outward
from inventory.models import Account, Assignment, Role
from tests.cast import Cast
from tests.findings.alerts.conftest import ADDRESS, AT, SECRET, MakeAlert, Post, gathered, happens

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def waiting(cast: Cast, make_alert: MakeAlert) -> Delivery:
    """A delivery of one finding, not tried yet."""
    alert = make_alert()
    happens(cast.functions["mailer"])
    (pk,) = gathered(alert)
    return Delivery.objects.select_related("alert__channel").get(pk=pk)


def tried_for(delivery: Delivery, hours: float, post: Post) -> Delivery:
    """What became of it after so many hours in which the scheduler ticked whenever something was due."""
    at, end = AT, AT + timedelta(hours=hours)
    while at <= end:
        for pk in due(at):
            deliver(pk, at, post)
        delivery.refresh_from_db()
        if delivery.next_at is None:
            break
        at = max(at, delivery.next_at)
    return delivery


def test_a_delivery_is_sent_signed_and_only_once(waiting: Delivery, post: Post) -> None:
    deliver(waiting.pk, AT, post)
    deliver(waiting.pk, AT, post)
    ((address, headers, body),) = post.posts
    assert address == ADDRESS
    assert headers["Idempotency-Key"] == str(waiting.key)
    assert headers["Fanlight-Signature"] == signature(SECRET, int(AT.timestamp()), body)
    told = json.loads(body)
    assert (told["total"], told["events"][0]["rule"], told["events"][0]["name"]) == (1, "public_invoke", "mailer")
    waiting.refresh_from_db()
    assert (waiting.state, waiting.status, waiting.attempts) == ("sent", "Status 200.", 1)


def test_what_fails_is_tried_again_under_the_same_key(waiting: Delivery, post: Post) -> None:
    post.answers = [500, "The connection could not be made, or was cut.", 302, 429, 200]
    assert tried_for(waiting, 24, post).state == "sent"
    assert waiting.attempts == 5
    assert {headers["Idempotency-Key"] for _, headers, _ in post.posts} == {str(waiting.key)}


def test_after_eight_attempts_over_a_day_it_is_given_up_and_can_be_taken_up_again(
    waiting: Delivery, post: Post
) -> None:
    post.answers = [503] * ATTEMPTS
    assert tried_for(waiting, 20, post).state == "failed", "it is tried for nearly a day"
    post.answers, post.posts = [503] * ATTEMPTS, []
    Delivery.objects.filter(pk=waiting.pk).update(attempts=0, next_at=AT)
    assert tried_for(waiting, 30, post).state == "dead"
    assert (len(post.posts), waiting.status) == (ATTEMPTS, "Status 503.")
    assert due(AT + 2 * DAY) == []
    assert again(waiting, AT + 2 * DAY)
    deliver(waiting.pk, AT + 2 * DAY, post)
    waiting.refresh_from_db()
    assert waiting.state == "sent"
    assert not again(waiting, AT + 2 * DAY), "what was sent is not sent again"


def test_the_waits_grow_and_are_never_the_same() -> None:
    assert list(delivering.WAITS) == sorted(delivering.WAITS)
    assert timedelta(hours=22) < sum(delivering.WAITS, timedelta()) <= DAY
    assert ATTEMPTS == 8


def test_a_worker_that_dies_before_it_says_so_leaves_the_delivery_to_the_next(waiting: Delivery, post: Post) -> None:
    class Killed(BaseException):
        pass

    class Dying(Post):
        def post(self, *told: Any) -> int:
            post.posts.append(told)
            raise Killed

    with pytest.raises(Killed):
        deliver(waiting.pk, AT, Dying())
    assert due(AT + LEASE / 2) == [], "the attempt may still be under way"
    deliver(waiting.pk, AT + LEASE, post)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts) == ("sent", 2)
    assert len({headers["Idempotency-Key"] for _, headers, _ in post.posts}) == 1


def test_a_delivery_that_kills_every_worker_is_given_up(waiting: Delivery, post: Post) -> None:
    Delivery.objects.filter(pk=waiting.pk).update(attempts=ATTEMPTS)
    deliver(waiting.pk, AT, post)
    waiting.refresh_from_db()
    assert (waiting.state, post.posts) == ("dead", [])


def test_what_its_owner_may_not_see_any_more_is_not_told(cast: Cast, waiting: Delivery, post: Post) -> None:
    elsewhere = Account.objects.create(provider="gcp", native_id="acme-office", name="acme-office")
    cast.analyst.role = ""
    cast.analyst.save()
    Assignment.objects.create(user=cast.analyst, role=Role.ANALYST, account=elsewhere)
    deliver(waiting.pk, AT, post)
    waiting.refresh_from_db()
    assert (waiting.state, post.posts) == ("dropped", [])


def test_somebody_deactivated_is_told_nothing(cast: Cast, waiting: Delivery, post: Post) -> None:
    cast.analyst.is_active = False
    cast.analyst.save()
    deliver(waiting.pk, AT, post)
    assert post.posts == []


@pytest.mark.parametrize("which", ["alert", "channel"])
def test_what_was_turned_off_sends_nothing_more(waiting: Delivery, post: Post, which: str) -> None:
    model = {"alert": Alert, "channel": Channel}[which]
    model.objects.update(enabled=False)  # type: ignore[attr-defined]
    deliver(waiting.pk, AT, post)
    waiting.refresh_from_db()
    assert (waiting.state, post.posts) == ("dropped", [])


def test_an_attempt_that_falls_into_quiet_hours_waits_for_their_end(waiting: Delivery, post: Post) -> None:
    Alert.objects.update(quiet_from="11:00", quiet_until="13:00")
    deliver(waiting.pk, AT, post)
    waiting.refresh_from_db()
    assert (post.posts, waiting.attempts, waiting.state) == ([], 0, "pending")
    trial = trial_of(waiting.alert, AT)
    deliver(trial.pk, AT, post)
    assert len(post.posts) == 1, "a test is sent at once"


def test_a_channel_sealed_under_another_key_says_so(waiting: Delivery, post: Post, settings: Any) -> None:
    settings.SECRET_KEY = "another key, of another installation"
    deliver(waiting.pk, AT, post)
    waiting.refresh_from_db()
    assert waiting.state == "failed"
    assert "enter it anew" in waiting.status


def test_what_a_channel_keeps_is_sealed_and_bound_to_it(channel: Channel) -> None:
    kept = Channel.objects.filter(pk=channel.pk).values().get()
    assert not [value for value in kept.values() if SECRET in str(value) or ADDRESS in str(value)]
    other = Channel(name="other", kind="webhook", sealed_secret=channel.sealed_secret)
    with pytest.raises(Exception, match="anew"):
        _ = other.secret
    swapped = Channel(uid=channel.uid, sealed_secret=channel.sealed_address)
    with pytest.raises(Exception, match="anew"):
        _ = swapped.secret


def test_e_mail_goes_to_the_owner_where_the_channel_names_nobody(cast: Cast, make_alert: MakeAlert) -> None:
    cast.analyst.email = "analyst@example.com"
    cast.analyst.save()
    alert = make_alert(channel=Channel.objects.create(name="mail", kind="email"))
    happens(cast.functions["mailer"])
    (pk,) = gathered(alert)
    deliver(pk, AT, Out())
    (sent,) = mail.outbox
    assert sent.recipients() == ["analyst@example.com"]
    assert "mailer" in sent.body
    assert sent.extra_headers["Message-ID"] == f"<{Delivery.objects.get(pk=pk).key}@fanlight>"


def test_every_channel_is_a_file_and_can_send() -> None:
    assert set(channels()) == {"email", "webhook", "slack", "teams"}


class Receiver:
    """A receiver as people build it: it does its work once for each key, and fails as it is told."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        self.seen: list[tuple[str, bool]] = []
        self.effects: set[str] = set()
        #: Set when the other side has waited long enough.
        self.left = threading.Event()

    def take(self, asked: BaseHTTPRequestHandler) -> None:
        body = asked.rfile.read(int(asked.headers["Content-Length"]))
        key, signed = asked.headers["Idempotency-Key"], asked.headers["Fanlight-Signature"]
        at = int(signed.split(",")[0].removeprefix("t="))
        self.seen.append((key, signed == signature(SECRET, at, body)))
        fault = self.faults.pop(0) if self.faults else ""
        if fault in ("", "cut after the work", "slow after the work"):
            self.effects.add(key)
        if fault.startswith("slow"):
            self.left.wait(30)
        if not fault.startswith(("cut", "slow")):
            asked.send_response(int(fault or 204))
            asked.end_headers()


@contextmanager
def receiving(faults: list[str]) -> Iterator[tuple[Receiver, str]]:
    receiver = Receiver(faults)

    class Asked(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.take(self)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Asked) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield receiver, f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    "faults",
    [
        [],
        ["500", "503"],
        ["cut", "502"],
        ["cut after the work"],
        ["slow after the work", "500"],
        ["301", "429", "cut after the work", "500"],
    ],
)
def test_a_receiver_works_exactly_once_whatever_happens_on_the_way(waiting: Delivery, faults: list[str]) -> None:
    number = len(faults) + 1
    with receiving(list(faults)) as (receiver, place):
        channel = waiting.alert.channel
        channel.address = f"http://{place}/in"
        channel.save()
        for attempt in range(ATTEMPTS):
            slow = bool(receiver.faults) and receiver.faults[0].startswith("slow")
            receiver.left.clear()
            deliver(waiting.pk, AT + attempt * DAY, Out(Outward(frozenset({place}), seconds=2 if slow else 30)))
            receiver.left.set()
        assert receiver.effects == {str(waiting.key)}
        assert receiver.seen == [(str(waiting.key), True)] * number, "every attempt is signed and has the one key"
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts) == ("sent", number)


def test_a_receiver_on_this_machine_is_not_reached_unless_it_is_allowed(waiting: Delivery) -> None:
    with receiving([]) as (receiver, place):
        channel = waiting.alert.channel
        channel.address = f"http://{place}/in"
        channel.save()
        deliver(waiting.pk, AT, Out(Outward()))
        assert receiver.seen == []
    waiting.refresh_from_db()
    assert waiting.state == "failed"
    assert "https" in waiting.status
