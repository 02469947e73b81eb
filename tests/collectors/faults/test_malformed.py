"""Answers that no cloud should give: the odd entry is quarantined or kept as it is, the others are stored, we go on.

Raw entries of AWS functions, each broken in another way, go through the AWS normalizer, a run and the database.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from collectors import clouds
from collectors.collect import collect_now
from collectors.models import Run
from collectors.providers.aws import PROVIDER
from collectors.reading import SAMPLE_BYTES
from inventory.facts import Unread
from inventory.models import Account, Function, QuarantinedEntry, Resource
from tests.collectors.fake import FakeCloud, FakeProvider

pytestmark = pytest.mark.django_db

Json = Any
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:"
SECRET = "AKIA" + "Q2W3E4R5T6Y7U8I9"


def raw(name: str) -> dict[str, Json]:
    """A function as the fetching part hands it over, core and detail read."""
    statement = {"Sid": "s", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", "Resource": "*"}
    return {
        "account": "123456789012",
        "region": "eu-west-1",
        "function": {
            "FunctionName": name,
            "FunctionArn": ARN + name,
            "Runtime": "python3.13",
            "Role": "arn:aws:iam::123456789012:role/runner",
            "Handler": "app.handler",
            "CodeSize": 100,
            "CodeSha256": "abc",
            "MemorySize": 128,
            "Timeout": 3,
            "Version": "$LATEST",
            "RevisionId": "r1",
            "LastModified": "2026-01-01T00:00:00.000+0000",
            "Architectures": ["x86_64"],
            "Environment": {"Variables": []},
            "Layers": [{"Arn": "arn:aws:lambda:eu-west-1:123456789012:layer:l:1", "CodeSize": 5}],
            "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": [], "VpcId": ""},
        },
        "aliases": [],
        "policies": {"": {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}},
        "urls": [],
        "sources": [],
        "tags": {"k": "v"},
        "signing": None,
        "network": None,
        "keys": {},
        "log_group": None,
        "entrances": {},
    }


def broken(path: str, value: Json) -> dict[str, Json]:
    """The function `odd` with the value at `path`; DROPPED takes the key away."""
    entry = raw("odd")
    *way, last = path.split("/")
    place = entry
    for step in way:
        place = place[step]
    if value is DROPPED:
        del place[last]
    else:
        place[last] = value
    return entry


DROPPED = object()


def deep(levels: int) -> Json:
    nested: Json = "x"
    for _ in range(levels):
        nested = {"n": nested}
    return nested


def policy(text: Json) -> dict[str, Json]:
    return broken("policies", {"": {"Policy": text}})


BIG_POLICY = json.dumps(
    {"Statement": [{"Sid": str(n), "Effect": "Allow", "Principal": "*", "Action": "x" * 1000} for n in range(5000)]}
)
CASES: dict[str, Json] = {
    "no name": broken("function/FunctionName", DROPPED),
    "no arn": broken("function/FunctionArn", DROPPED),
    "arn is null": broken("function/FunctionArn", None),
    "arn is a number": broken("function/FunctionArn", 7),
    "arn is empty": broken("function/FunctionArn", ""),
    "arn is a list": broken("function/FunctionArn", [ARN]),
    "arn is no arn": broken("function/FunctionArn", "nonsense"),
    "arn of 3000 characters": broken("function/FunctionArn", ARN + "x" * 3000),
    "name of 3000 characters": broken("function/FunctionName", "x" * 3000),
    "name is a number": broken("function/FunctionName", 5),
    "no function at all": broken("function", DROPPED),
    "function is null": broken("function", None),
    "function is text": broken("function", "function"),
    "function is a list": broken("function", []),
    "function is empty": broken("function", {}),
    "no runtime": broken("function/Runtime", DROPPED),
    "runtime is null": broken("function/Runtime", None),
    "runtime unknown": broken("function/Runtime", "cobol2029"),
    "runtime is an object": broken("function/Runtime", {"a": 1}),
    "state unknown": broken("function/State", "Hibernating"),
    "package type unknown": broken("function/PackageType", "Floppy"),
    "memory as text": broken("function/MemorySize", "256"),
    "memory negative": broken("function/MemorySize", -1),
    "memory huge": broken("function/MemorySize", 10**30),
    "memory not a number": broken("function/MemorySize", float("nan")),
    "timeout is a list": broken("function/Timeout", [3]),
    "size as text": broken("function/CodeSize", "1e99"),
    "layers null": broken("function/Layers", None),
    "layers text": broken("function/Layers", "layer"),
    "layers of nulls": broken("function/Layers", [None, 5, {}]),
    "architectures null": broken("function/Architectures", None),
    "architectures of numbers": broken("function/Architectures", [1, None]),
    "vpc null": broken("function/VpcConfig", None),
    "vpc subnets null": broken("function/VpcConfig", {"SubnetIds": None, "SecurityGroupIds": "sg", "VpcId": 5}),
    "environment null": broken("function/Environment", None),
    "environment text": broken("function/Environment", "A=1"),
    "role null": broken("function/Role", None),
    "role is a number": broken("function/Role", 12),
    "role of 3000 characters": broken("function/Role", "r" * 3000),
    "revision is a number": broken("function/RevisionId", 9),
    "unknown fields": broken("function/SomethingNew", {"Deep": [1, {"er": None}]}),
    "NUL in a description": broken("function/Description", "a\x00b"),
    "lone surrogate in a description": broken("function/Description", "a\ud83d\udc00\udfffb\ud800"),
    "NUL in a tag": broken("tags", {"k\x00": "v\x00"}),
    "control characters in a name": broken("function/FunctionName", "\x1b[31mred\r\n"),
    "nested 1,000 deep": broken("function/Deep", deep(1000)),
    "nested 400 deep in a section": broken("function/Environment", {"Error": deep(400)}),
    "nested 100,000 deep": broken("function/Deep", deep(100_000)),
    "policy of 5 MB": policy(BIG_POLICY),
    "policy is no JSON": policy("{not json"),
    "policy is empty": policy(""),
    "policy is a number": policy(5),
    "policy is a JSON list": policy("[1, 2]"),
    "policy without statements": policy("{}"),
    "policy statement null": policy('{"Statement": null}'),
    "policy statements odd": policy('{"Statement": [null, 5, {"Effect": "Maybe"}]}'),
    "policy with NaN": policy('{"Statement": [{"Effect": "Allow", "Action": NaN}]}'),
    "policy with NUL": policy(
        '{"Statement": [{"Effect": "Allow", "Sid": "a\\u0000", "Action": "*", "Principal": "*"}]}'
    ),
    "policies are a list": broken("policies", [1]),
    "policies null": broken("policies", None),
    "aliases null": broken("aliases", None),
    "aliases of text": broken("aliases", ["live", None]),
    "urls text": broken("urls", "https://x"),
    "urls odd": broken("urls", [{"FunctionUrl": None, "AuthType": 5}, None]),
    "sources odd": broken("sources", [{"EventSourceArn": 5, "UUID": None}, "x"]),
    "tags a list": broken("tags", ["k"]),
    "tags with odd values": broken("tags", {"k": None, "l": {"m": 1}, "n": "v" * 5000}),
    "network text": broken("network", "vpc"),
    "keys a list": broken("keys", [1]),
    "log group text": broken("log_group", "group"),
    "entrances a list": broken("entrances", [1]),
    "entry is a list": ["odd"],
    "entry is text": "odd",
    "entry is null": None,
    "entry is a number": 5,
    "entry is empty": {},
}


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> FakeCloud:
    """The fake cloud, whose functions the AWS normalizer reads."""
    made = FakeProvider(FakeCloud())
    monkeypatch.setattr(made, "normalize", PROVIDER.normalize)
    monkeypatch.setattr(clouds, "load", lambda slug: made)
    monkeypatch.setattr(clouds, "slugs", lambda: ["aws"])
    return made.cloud


def stored() -> set[str]:
    return set(Function.objects.filter(gone_at=None).values_list("native_id", flat=True))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_an_odd_entry_costs_at_most_itself(account: Account, cloud: FakeCloud, case: Json) -> None:
    cloud.scopes["east"]["functions"] = [raw("before"), copy_of(case), raw("after")]
    run = collect_now(account)
    assert {ARN + "before", ARN + "after"} <= stored()
    quarantined = QuarantinedEntry.objects.count()
    assert len(stored()) + quarantined == 3
    assert run.totals["quarantined"] == quarantined
    assert run.state in (Run.State.SUCCEEDED, Run.State.PARTIAL)
    assert run.error_class != "defect"
    for entry in QuarantinedEntry.objects.all():
        assert entry.reason
        assert len(entry.sample.encode()) <= SAMPLE_BYTES
    again = collect_now(account)
    assert again.totals["changed"] == again.totals["gone"] == 0


def copy_of(case: Json) -> Json:
    try:
        return copy.deepcopy(case)
    except RecursionError:
        return case


@pytest.mark.parametrize(
    ("path", "value", "section"),
    [
        ("policies", {"": {"Policy": "{not json"}}, "access"),
        ("policies", {"": {"Policy": 5}}, "access"),
        ("policies", {"": {"Policy": '{"Statement": null}'}}, "access"),
        ("policies", {"": Unread("Refused.", "lambda:GetPolicy")}, "access"),
        ("urls", "https://x", "entry_points"),
        ("aliases", "live", "versions"),
    ],
)
def test_a_part_that_makes_no_sense_is_unknown_and_never_empty(
    account: Account, cloud: FakeCloud, path: str, value: Json, section: str
) -> None:
    cloud.scopes["east"]["functions"] = [broken(path, value)]
    collect_now(account)
    row = Resource.objects.select_related("latest").get(native_id=ARN + "odd")
    assert section not in row.document
    assert section in row.unread


def test_a_function_listed_twice_is_one_function(account: Account, cloud: FakeCloud) -> None:
    cloud.scopes["east"]["functions"] = [raw("a"), raw("b"), broken("function/MemorySize", 999), raw("odd"), raw("a")]
    run = collect_now(account)
    assert run.totals["added"] == 3
    assert collect_now(account).totals["changed"] == 0


def test_a_sample_in_quarantine_holds_no_secret(account: Account, cloud: FakeCloud) -> None:
    odd = broken("function/FunctionArn", None)
    odd["function"]["Description"] = f"key {SECRET}"
    cloud.scopes["east"]["functions"] = [odd]
    collect_now(account)
    sample = QuarantinedEntry.objects.get().sample
    assert "Description" in sample
    assert SECRET not in sample


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 40
