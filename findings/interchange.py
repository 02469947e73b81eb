"""Findings in the shapes that other tools read: OCSF 1.5.0 and SARIF 2.1.0, made from `present_finding`'s rows.

OCSF (https://schema.ocsf.io/1.5.0): what is wrong is a Detection Finding (class 2004); a finding whose rule answers
controls is told as a Compliance Finding (class 2003), which has a place for them. SARIF:
https://docs.oasis-open.org/sarif/sarif/v2.1.0. Pure but for the catalogue of rules; no Django here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from findings.catalogue import catalogue
from findings.rule import Rule
from findings.standards import FRAMEWORKS
from inventory.output import as_json

Json = dict[str, Any]
Row = Mapping[str, Any]
OCSF, SARIF = "1.5.0", "2.1.0"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
DETECTION, COMPLIANCE = 2004, 2003
_CLASSES = {DETECTION: "Detection Finding", COMPLIANCE: "Compliance Finding"}
_SEVERITY = {"info": 1, "low": 2, "medium": 3, "high": 4, "critical": 5}
_SEVERITY_WORDS = {1: "Informational", 2: "Low", 3: "Medium", 4: "High", 5: "Critical"}
#: State → (status_id, status); suppressed is what somebody set aside.
_STATUS = {
    "open": (1, "New"), "in review": (2, "In Progress"), "remediating": (2, "In Progress"),
    "accepted": (3, "Suppressed"), "snoozed": (3, "Suppressed"), "false positive": (3, "Suppressed"),
    "resolved": (4, "Resolved"), "gone": (4, "Resolved"), "rule retired": (4, "Resolved"),
}  # fmt: skip
_CREATE, _UPDATE, _CLOSE = (1, "Create"), (2, "Update"), (3, "Close")
_CLOUD = {"aws": "AWS", "gcp": "GCP", "azure": "Azure"}
_ACCOUNT = {"aws": (10, "AWS Account"), "gcp": (11, "GCP Project"), "azure": (13, "Azure Subscription")}
_KIND = {"aws": "AWS::Lambda::Function", "gcp": "cloudfunctions.googleapis.com/Function",
         "azure": "Microsoft.Web/sites"}  # fmt: skip
_LEVEL = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
#: As code scanners read it: 9 and more is critical, 7 high, 4 medium.
_SCORE = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0", "info": "0.0"}


def milliseconds(moment: datetime) -> int:
    """OCSF's timestamp_t: milliseconds since 1970."""
    return int(moment.timestamp() * 1000)


def ocsf(row: Row, version: str, at: datetime) -> Json:
    """A finding as an OCSF event. `version` is ours, `at` the time of the export."""
    rule = catalogue().get(row["rule"])
    kind = COMPLIANCE if row["standards"] else DETECTION
    severity = _SEVERITY[row["severity"]]
    status = _STATUS.get(row["state"], (99, str(row["state"])))
    activity = _CLOSE if row["closed_at"] else _CREATE if row["opened_at"] == row["last_seen"] else _UPDATE
    told = {
        "metadata": _metadata(version),
        "category_uid": 2, "category_name": "Findings", "class_uid": kind, "class_name": _CLASSES[kind],
        "activity_id": activity[0], "activity_name": activity[1], "type_uid": kind * 100 + activity[0],
        "type_name": f"{_CLASSES[kind]}: {activity[1]}", "time": milliseconds(row["last_seen"]),
        "severity_id": severity, "severity": _SEVERITY_WORDS[severity], "status_id": status[0], "status": status[1],
        "message": said(row), "finding_info": _finding(row, rule), "resources": [_resource(row)],
        "cloud": {
            "provider": _CLOUD[row["provider"]], "region": row["region"],
            "account": {"uid": row["account"], "name": row["account_name"], "type_id": _ACCOUNT[row["provider"]][0],
                        "type": _ACCOUNT[row["provider"]][1]},
        },
        "unmapped": {"risk": row["risk"], "state": row["state"], "exported_at": milliseconds(at)},
    }  # fmt: skip
    if kind == COMPLIANCE:
        told["compliance"] = _compliance(row)
    if rule is not None and (fix := rule.fix.get(row["provider"])):
        told["remediation"] = {"desc": fix.console, "references": list(rule.references)}
    return told


def said(row: Row) -> str:
    """What is wrong, in one text: the sentences of the evidence, or the rule's title."""
    sentences = [str(one.get("says", "")) for one in row["evidence"]]
    return "; ".join(one for one in sentences if one) or str(row["title"])


def _metadata(version: str) -> Json:
    return {
        "version": OCSF, "profiles": ["cloud"],
        "product": {"name": "Fanlight", "vendor_name": "Fanlight", "version": version},
    }  # fmt: skip


def _finding(row: Row, rule: Rule | None) -> Json:
    return {
        "uid": f"{row['uid']}:{row['rule']}", "title": row["title"], "desc": rule.why if rule else "",
        "types": [row["subject"]] if row["subject"] else [],
        "first_seen_time": milliseconds(row["first_seen"]), "last_seen_time": milliseconds(row["last_seen"]),
        "created_time": milliseconds(row["opened_at"]),
        "analytic": {"uid": row["rule"], "name": row["title"], "type_id": 1, "type": "Rule"},
    }  # fmt: skip


def _resource(row: Row) -> Json:
    kind = _KIND[row["provider"]] if row["kind"] == "function" else _ACCOUNT[row["provider"]][1]
    return {"uid": row["native_id"], "name": row["name"], "type": kind, "region": row["region"]}


def _compliance(row: Row) -> Json:
    controls = [one.partition(":") for one in row["standards"]]
    names = [FRAMEWORKS[one[0]] for one in controls if one[0] in FRAMEWORKS]
    failed = not row["closed_at"]
    return {
        "control": controls[0][2], "requirements": [f"{name} {control}" for name, _, control in controls],
        "standards": list(dict.fromkeys(f"{one.name} {one.version}" for one in names)),
        "status_id": 3 if failed else 1, "status": "Fail" if failed else "Pass",
    }  # fmt: skip


def ocsf_lines(rows: Iterable[Row], version: str, at: datetime) -> Iterator[str]:
    """One event a line."""
    for row in rows:
        yield as_json(ocsf(row, version, at)) + "\n"


def sarif_pieces(rows: Iterable[Row], version: str, at: datetime, query: str) -> Iterator[str]:
    """One SARIF log, in pieces; every rule there is stands in it, so that none need be known beforehand."""
    rules = list(catalogue().values())
    places = {rule.id: number for number, rule in enumerate(rules)}
    driver = as_json({"name": "Fanlight", "version": version, "rules": [_sarif_rule(rule) for rule in rules]})
    invocation = as_json([{"executionSuccessful": True, "endTimeUtc": f"{at:%Y-%m-%dT%H:%M:%SZ}"}])
    yield f'{{"$schema": "{SCHEMA}", "version": "{SARIF}", "runs": [{{"tool": {{"driver": {driver}}}, '
    yield f'"invocations": {invocation}, "properties": {as_json({"query": query})}, "results": ['
    for number, row in enumerate(rows):
        yield ("," if number else "") + "\n" + as_json(sarif_result(row, places))
    yield "\n]}]}\n"


def _sarif_rule(rule: Rule) -> Json:
    fixes = [f"{slug}: {fix.console}" for slug, fix in rule.fix.items()]
    return {
        "id": rule.id, "shortDescription": {"text": rule.title}, "fullDescription": {"text": rule.why},
        "help": {"text": "\n".join(fixes) or rule.why}, "defaultConfiguration": {"level": _LEVEL[rule.severity.value]},
        "properties": {"tags": ["security", rule.subject.value, *rule.standards],
                       "security-severity": _SCORE[rule.severity.value]},
    }  # fmt: skip


def sarif_result(row: Row, places: Mapping[str, int]) -> Json:
    """A finding as a result. Functions are no files: the place is the cloud's own id, as a logical location."""
    told: Json = {
        "ruleId": row["rule"], "level": _LEVEL[row["severity"]], "kind": "fail", "message": {"text": said(row)},
        "locations": [{
            "physicalLocation": {"artifactLocation": {
                "uri": f"{row['provider']}/{row['account']}/{row['region'] or 'global'}/{row['uid']}",
                "uriBaseId": "FANLIGHT",
            }},
            "logicalLocations": [
                {"name": row["name"], "fullyQualifiedName": row["native_id"], "kind": "resource"}
            ],
        }],
        "partialFingerprints": {"fanlight/v1": f"{row['uid']}:{row['rule']}"},
        "properties": {"severity": row["severity"], "state": row["state"], "account": row["account_name"],
                       "opened_at": row["opened_at"]},
    }  # fmt: skip
    if row["rule"] in places:
        told["ruleIndex"] = places[row["rule"]]
    if row["state"] in ("accepted", "snoozed", "false positive"):
        status = {"kind": "external", "status": "accepted", "justification": row["reason"] or row["state"]}
        told["suppressions"] = [status]
    if row["closed_at"]:
        told["kind"], told["level"] = "pass", "none"
    return told


def json_pieces(rows: Iterable[Row]) -> Iterator[str]:
    """All of them as one array."""
    yield "["
    for number, row in enumerate(rows):
        yield ("," if number else "") + "\n" + as_json(row)
    yield "\n]\n"
