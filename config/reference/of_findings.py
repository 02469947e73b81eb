"""Examples of findings, rules and alerts: reading, triage, exports."""

from __future__ import annotations

from config.reference.example import Example
from config.reference.of_inventory import rows

FINDING = {"id": 14, "rule": "admin_identity", "name": "janitor", "severity": "critical", "state": "open", "risk": 1066}
ALERT = {
    "id": 7, "owner": "ada", "name": "Open to anyone", "channel": "mail", "channel_kind": "email",
    "list_name": "findings", "query": "rule:public_invoke", "events": ["finding"], "severity": "high", "least": 1,
    "quiet_from": "22:00", "quiet_until": "07:00", "time_zone": "Europe/Paris", "enabled": True, "fault": "",
    "made_at": "2026-03-03T09:00:00Z",
}  # fmt: skip
OCSF = '{"metadata": {"version": "1.5.0", …}, "class_name": "Compliance Finding", "severity": "High", …}'
SPELL = {
    "finding": 14, "rule": "admin_identity", "severity": "critical", "name": "janitor", "account": "123456789012",
    "opened_at": "2026-03-03T09:00:00Z", "opened_by": [], "end": "open", "ended_at": None, "seconds_to_mend": None,
}  # fmt: skip

EXAMPLES = (
    Example(
        "findings_list", "Open critical findings, the riskiest first.", "findings/",
        {"q": "severity:critical", "sort": "-risk", "fields": "id,rule,name,severity,state,risk"},
        answer=rows(FINDING, count=None),
    ),
    Example(
        "findings_retrieve", "One finding with its faults and its log.", "findings/$FINDING/",
        answer={**FINDING, "title": "The function runs as an administrator", "uid": "3d4f6a0b1c2d3e4f",
                "reason": "", "until": None, "due_at": None, "overdue": False, "assignee": None, "events": []},
    ),
    Example(
        "findings_triage", "Leave a comment; another action is said the same way.", "findings/$FINDING/triage/",
        body={"action": "comment", "reason": "Asked the owner of the function."}, method="POST",
        answer={"changed": 1},
    ),
    Example(
        "findings_triage_many", "Take up all snoozed findings of no weight, when there are none.", "findings/triage/",
        body={"q": "state:snoozed severity:info", "number": 0, "action": "open"}, method="POST",
        answer={"changed": 0},
    ),
    Example(
        "findings_triage_named", "Of the findings named all are changed, or none.", "findings/triage/named/",
        body={"ids": [1, 999999], "action": "in-review"}, method="POST", status=409,
        answer={"type": "about:blank", "title": "Conflict", "status": 409,
                "detail": "The request was not understood; see errors.",
                "errors": {"ids": ["Of these 2 you may triage 1; nothing was changed."]}},
    ),
    Example(
        "findings_triage_job", "How far a worker is; a job of somebody else is not there.", "findings/triage/0/",
        status=404, answer={"type": "about:blank", "title": "Not Found", "status": 404},
    ),
    Example(
        "findings_triage_many", "Nothing is done when the query finds another number than you expect.",
        "findings/triage/", method="POST", status=409,
        body={"q": "rule:admin_identity", "number": 12, "action": "comment", "reason": "For the platform team."},
        answer={"type": "about:blank", "title": "Conflict", "status": 409,
                "detail": "The request was not understood; see errors.",
                "errors": {"number": ["The query finds 1 that you may triage, not 12."]}},
    ),
    Example("findings_mending", "When findings of a rule came and went, and by whose change.", "findings/mending/",
            {"q": "rule:admin_identity"},
            answer={"measures": [{"severity": "all", "opened": 1, "mended": 0, "open": 1, "median": None}],
                    "cut": False, "results": [SPELL]}),
    Example("findings_export", "Open findings as OCSF, a line each.", "findings/export/",
            {"q": "severity:critical", "form": "ocsf"}, answer=OCSF),
    Example("findings_export", "The same as SARIF.", "findings/export/", {"q": "severity:critical", "form": "sarif"},
            answer={"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Fanlight"}}}]}),
    Example("rules_list", "Every rule, with how many findings of it are open.", "rules/",
            {"fields": "id,title,severity,open"},
            answer=[{"id": "admin_identity", "title": "The function runs as an administrator", "severity": "critical",
                     "open": 1}]),
    Example("rules_retrieve", "One rule: why it matters, and what to do.", "rules/public_invoke/",
            answer={"id": "public_invoke", "title": "Its policy lets anyone invoke the function",
                    "severity": "critical", "providers": ["aws", "gcp"], "failing": 1, "of": 4, "unknown": 1,
                    "enabled": True}),
    Example("alerts_list", "Your alerts.", "alerts/", answer=rows(ALERT)),
    Example(
        "alerts_create", "Make one. The channel is one that an admin made.", "alerts/", method="POST", status=201,
        body={"name": "Open to anyone", "channel": "mail", "events": ["finding"], "query": "rule:public_invoke",
              "quiet": {"since": "22:00", "until": "07:00"}, "time_zone": "Europe/Paris"},
        answer=ALERT,
    ),
    Example("alerts_retrieve", "One of your alerts.", "alerts/$ALERT/", answer=ALERT),
    Example("alerts_change", "Pause it.", "alerts/$ALERT/", body={"enabled": False}, method="PATCH",
            answer={**ALERT, "enabled": False}),
    Example("alerts_test", "Send a message that says that it is a test.", "alerts/$ALERT/test/", method="POST",
            status=202, answer={"delivery": 31, "key": "636cc5af-c20b-44b6-bae0-76ac796235c3"}),
    Example("alerts_deliveries_list", "What became of its messages.", "alerts/$ALERT/deliveries/",
            answer=rows({"id": 31, "key": "636cc5af-c20b-44b6-bae0-76ac796235c3", "state": "sent", "test": True,
                         "total": 0, "attempts": 1, "made_at": "2026-03-03T09:00:00Z", "next_at": None,
                         "ended_at": "2026-03-03T09:00:01Z", "status": "250"})),
    Example("alerts_delete", "Take it out with its log.", "alerts/$ALERT/", method="DELETE", status=204),
)  # fmt: skip
