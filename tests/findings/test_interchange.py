"""Findings in the shapes of other tools: what they say there, and who may take them away."""

from __future__ import annotations

import csv
import io
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from jsonschema import Draft4Validator, Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from findings.interchange import sarif_result
from findings.models import Finding
from inventory.models import Account, Assignment, AuditEntry, User
from tests.findings.toy import Put, reported, toy

Json = dict[str, Any]
#: What OCSF 1.5.0 requires of each class, besides what the cloud profile adds.
REQUIRED = {
    "activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid", "finding_info", "cloud",
}  # fmt: skip


@pytest.fixture(autouse=True)
def estate(account: Account, shelve: Put) -> None:
    shelve(toy(), toy("no_standard", standards=()))
    reported(account, shop=4096, tidy=128, hall=None)


def ran(*words: str) -> str:
    out = StringIO()
    call_command("export", *words, stdout=out)
    return out.getvalue()


def events(*words: str) -> dict[str, Json]:
    lines = [json.loads(line) for line in ran("--format", "ocsf", *words).splitlines()]
    return {one["finding_info"]["analytic"]["uid"]: one for one in lines}


def test_ocsf_tells_what_is_wrong_where_and_how_bad() -> None:
    told = events()["no_standard"]
    assert set(told) >= REQUIRED
    assert (told["class_uid"], told["type_uid"]) == (2004, 200401)
    assert (told["severity_id"], told["severity"]) == (5, "Critical")
    assert (told["status_id"], told["status"]) == (1, "New")
    assert told["message"] == "4096 MiB"
    assert told["metadata"]["version"] == "1.5.0"
    assert told["cloud"]["provider"] == "AWS"
    assert told["resources"][0]["name"] == "shop"


def test_every_event_is_valid_by_the_public_schema() -> None:
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.5.0"))
    names = {2003: "compliance_finding", 2004: "detection_finding"}
    valid = {uid: schema.get_class_schema(name, profiles=["cloud"]) for uid, name in names.items()}
    told = events().values()
    assert {one["class_uid"] for one in told} == set(valid), "both classes are tried"
    for one in told:
        faults = Draft202012Validator(valid[one["class_uid"]]).iter_errors(one)
        assert [f"{list(fault.path)}: {fault.message}" for fault in faults] == []
    broken = {**next(iter(told)), "severity_id": "high"}
    assert not Draft202012Validator(valid[broken["class_uid"]]).is_valid(broken), "the schema would notice"


def test_a_log_of_sarif_is_valid_by_the_public_schema(account: Account) -> None:
    kept = settings.BASE_DIR / "node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
    schema = json.loads(kept.read_text())
    assert "SARIF) Version 2.1.0" in schema["title"]
    valid = Draft4Validator(schema)
    Finding.objects.filter(rule="large").update(state="accepted", reason="a pilot")
    for query in ("", "state:any", "name:nothing-has-this-name"):
        log = json.loads(ran("--format", "sarif", query))
        assert [f"{list(fault.path)}: {fault.message}" for fault in valid.iter_errors(log)] == [], query
    log = json.loads(ran("--format", "sarif", "state:any"))
    assert [len(one.get("suppressions", [])) for one in log["runs"][0]["results"]].count(1) == 1
    log["runs"][0]["results"][0]["level"] = "terrible"
    assert not valid.is_valid(log), "the schema would notice"


def test_a_finding_of_a_control_is_a_compliance_finding() -> None:
    told = events()["large"]
    assert set(told) >= REQUIRED | {"compliance"}
    assert (told["class_uid"], told["type_uid"]) == (2003, 200301)
    assert told["compliance"]["requirements"] == ["aws-fsbp Lambda.1"]
    assert told["compliance"]["status"] == "Fail"


def test_what_was_mended_is_closed_and_what_was_accepted_is_suppressed(account: Account) -> None:
    Finding.objects.filter(rule="large").update(state="accepted", reason="a pilot")
    assert events("state:any")["large"]["status"] == "Suppressed"
    log = json.loads(ran("--format", "sarif", "state:any"))
    by_rule = {one["ruleId"]: one for one in log["runs"][0]["results"]}
    assert by_rule["large"]["suppressions"][0]["justification"] == "a pilot"
    assert "suppressions" not in by_rule["no_standard"]


def test_every_state_of_ours_has_a_status_of_theirs() -> None:
    from findings.interchange import _STATUS
    from findings.states import State

    assert set(_STATUS) == set(State)


def test_a_finding_keeps_its_identity_over_exports() -> None:
    assert events()["large"]["finding_info"]["uid"] == events()["large"]["finding_info"]["uid"]
    first, second = (json.loads(ran("--format", "sarif"))["runs"][0]["results"] for _ in range(2))
    assert [one["partialFingerprints"] for one in first] == [one["partialFingerprints"] for one in second]


def test_sarif_is_one_log_with_its_rules() -> None:
    log = json.loads(ran("--format", "sarif"))
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error")
        assert result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"].startswith("arn:aws:lambda")


def test_sarif_of_a_rule_that_is_there_no_more_has_no_index() -> None:
    from django.utils import timezone

    from findings.present import present_findings

    row = next(present_findings(Finding.objects.filter(rule="large"), timezone.now()))
    assert "ruleIndex" not in sarif_result(row, {})


def test_json_and_csv_hold_the_same_rows_and_no_formula(account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(name="=cmd()")
    assert len(json.loads(ran("--format", "json"))) == 2
    rows = list(csv.DictReader(io.StringIO(ran("--format", "csv"))))
    assert len(rows) == 2
    assert not any(value.startswith(("=", "+", "@")) for row in rows for value in row.values())


def test_nothing_found_is_a_whole_document() -> None:
    assert json.loads(ran("--format", "json", "function:none")) == []
    assert json.loads(ran("--format", "sarif", "function:none"))["runs"][0]["results"] == []


def test_an_export_goes_to_a_file_and_into_the_audit_log(tmp_path: Path) -> None:
    ran("--format", "ocsf", "--output", str(tmp_path / "findings.jsonl"))
    assert len((tmp_path / "findings.jsonl").read_text().splitlines()) == 2
    assert AuditEntry.objects.filter(action="export").count() == 1
    with pytest.raises(CommandError, match="cannot be written"):
        ran("--format", "ocsf", "--output", str(tmp_path / "missing" / "findings.jsonl"))


def test_a_wrong_query_is_told_and_ends_with_two() -> None:
    with pytest.raises(CommandError) as caught:
        ran("--format", "ocsf", "severity:worse")
    assert caught.value.returncode == 2


def body(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


@pytest.mark.parametrize("address", ["/findings.ocsf.jsonl?", "/api/v1/findings/export/?form=ocsf&"])
def test_page_and_api_export_the_same_to_those_who_may_see_it(client: Client, address: str) -> None:
    client.force_login(User.objects.create_user("analyst"))
    assert len(body(client.get(f"{address}q=rule:large")).splitlines()) == 1
    other = Account.objects.create(provider="gcp", native_id="acme-office", name="acme-office")
    stranger = User.objects.create_user("stranger", role="")
    Assignment.objects.create(user=stranger, role="viewer", account=other)
    client.force_login(stranger)
    assert body(client.get(address)) == ""


def test_too_many_exports_are_refused_until_an_hour_is_over(client: Client, settings: Any) -> None:
    settings.EXPORTS_AN_HOUR = 2
    client.force_login(User.objects.create_user("analyst"))
    for _ in range(2):
        assert client.get("/findings.sarif").status_code == 200
    refused = client.get("/findings.csv")
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert client.get("/api/v1/findings/export/").status_code == 429
    assert AuditEntry.objects.filter(action="export").count() == 2
    client.force_login(User.objects.create_user("another"))
    assert client.get("/findings.sarif").status_code == 200, "somebody else is not held up"
