"""Examples of reading the inventory: functions, identities, who may do what, revisions and changes."""

from __future__ import annotations

from typing import Any

from config.reference.example import Example

MORE = "https://fanlight.example.com/api/v1/snapshots/?cursor=bz0x&limit=1"


def rows(*found: Any, **more: Any) -> dict[str, Any]:
    """One page of a list."""
    return {"next": None, "previous": None, **more, "results": list(found)}


OPEN_FUNCTION = {
    "name": "thumbnails",
    "account": "123456789012",
    "privilege": {"level": "write", "classes": ["data_read", "data_write_destroy"]},
    "exposure": {"invoke": "public_anonymous", "deploy": "same_account", "latent": True, "reach": "internet"},
}
BINDING = {
    "id": 2, "function": "daa0098c0309c917", "function_name": "thumbnails", "principal": "*",
    "principal_kind": "anyone", "actions": ["lambda:InvokeFunctionUrl"], "via": "resource policy", "qualifier": "",
    "effect": "allow", "condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}, "source": "url",
}  # fmt: skip
EXPOSED = {
    "id": 1, "function": "daa0098c0309c917", "function_name": "thumbnails", "provider": "aws",
    "account": "123456789012", "action": "invoke", "level": "public_anonymous", "principal": "*",
    "external_account": "", "own": False, "trusted": False, "closed": "", "certain": False, "reach": "internet",
    "since": "2026-03-03T09:00:00Z", "since_revision": 2,
}  # fmt: skip
TRUST = {
    "id": 4, "provider": "aws", "party": "210987654321", "state": "active", "reason": "They scan our code every night.",
    "by_name": "ada", "at": "2026-03-02T09:00:00Z", "until": "2026-12-31T00:00:00Z", "ended_at": None,
}  # fmt: skip
REVISION = {
    "resource": "daa0098c0309c917", "number": 2, "at": "2026-03-03T09:00:00Z",
    "changed_after": "2026-03-02T09:00:00Z", "digest": "9ca3715eca4f27740eca5b4f62870b70", "unread": {},
    "changed": ["access", "entry_points"], "normalizer": 1, "renormalized": False,
}  # fmt: skip
COMMENT = {
    "id": 3, "at": "2026-03-03T10:00:00Z", "by": "ada", "text": "Planned: the new upload form.", "withdrawn_at": None,
}  # fmt: skip
CHANGE = {
    "uid": "daa0098c0309c917", "resource_kind": "function", "name": "thumbnails", "event": "changed", "revision": 2,
    "at": "2026-03-03T09:00:00Z", "risk": "up",
    "lines": [{"text": "URL added (auth NONE)", "kind": "access", "risk": "up", "section": "entry_points"}],
    "became_public": True, "gained_admin": False, "told": "partly",
    "actor": "arn:aws:sts::123456789012:assumed-role/developer/an-engineer", "actor_kind": "person",
}  # fmt: skip
ACTIVITY = {
    "event_id": "e-2", "account": "123456789012", "resource": "af5dbe77380028b8", "at": "2026-03-02T17:41:00Z",
    "action": "DeleteFunction20150331", "actor": "arn:aws:iam::123456789012:user/deployer", "actor_kind": "pipeline",
    "source_ip": "198.51.100.9", "outcome": "ok",
}  # fmt: skip

EXAMPLES = (
    Example(
        "functions_list", "Functions that anyone may call, with what they may do; and how many there are.",
        "functions/",
        {"q": "exposure:public", "fields": "name,account,privilege,exposure", "sort": "-privilege", "count": "1"},
        answer=rows(OPEN_FUNCTION, count=1),
    ),
    Example(
        "functions_list", "Two functions at a time, as they were at a moment.", "functions/",
        {"q": "account:\"acme-prod\" OR runtime:eol", "limit": "2", "fields": "uid,name,runtime",
         "at": "2026-03-02T10:00:00Z"},
        answer=rows({"uid": "7f13726f32fa4e91", "name": "checkout", "runtime": "python3.13"}, count=None,
                    next="https://fanlight.example.com/api/v1/functions/?cursor=…&limit=2"),
    ),
    Example(
        "functions_list", "A query that is not understood: what was expected, and where.", "functions/",
        {"q": "privilege:root"}, status=400,
        answer={"type": "about:blank", "title": "Bad Request", "status": 400,
                "detail": "The request was not understood; see errors.",
                "errors": {"q": ["One of none, read, write, near-admin, admin is expected, not “root” (at …)"],
                           "start": ["10"], "end": ["14"]}},
    ),
    Example(
        "functions_retrieve", "One function with its whole document.", "functions/$FUNCTION/",
        answer={"uid": "daa0098c0309c917", "name": "thumbnails", "runtime": "nodejs16.x", "runtime_eol": "2024-06-12",
                "limits": {"memory_mb": 256, "timeout_s": 15, "concurrency": None},
                "bindings": [{key: BINDING[key] for key in ("principal", "actions", "via", "effect")}],
                "findings": {"critical": 0, "high": 3, "medium": 3, "low": 0, "info": 3}, "revision": 2,
                "document": {"config": {"handler": "app.handler", "memory_mb": 256}}},
    ),
    Example(
        "identities_list", "Identities that may do everything.", "identities/",
        {"q": "privilege:admin", "fields": "uid,name,provider,privilege"},
        answer=rows({"uid": "108b641e3b046c99", "name": "janitor-admin", "provider": "aws",
                     "privilege": {"level": "admin", "classes": ["admin", "secrets_read"]}}, count=None),
    ),
    Example(
        "identities_retrieve", "One identity with its policies.", "identities/$IDENTITY/",
        answer={"uid": "108b641e3b046c99", "kind": "role", "name": "janitor-admin", "functions": 1, "policies": 1,
                "boundary": "", "privilege": {"level": "admin", "classes": ["admin", "secrets_read"]},
                "last_used_at": None, "revision": 1, "document": {"config": {"kind": "role"}}},
    ),
    Example("bindings_list", "What is open to anyone.", "bindings/", {"principal": "*"}, answer=rows(BINDING)),
    Example(
        "privileges_list", "Who may do everything without a condition.", "privileges/",
        {"power": "admin", "conditional": "false", "fields": "identity_name,power,breadth,scope,steps"},
        answer=rows({"identity_name": "janitor-admin", "power": "admin", "breadth": "account", "scope": "*",
                     "steps": []}),
    ),
    Example("exposure_list", "Who outside may call functions.", "exposure/", {"q": "action:invoke"},
            answer=rows(EXPOSED, count=None)),
    Example("trust_list", "The third parties that are trusted in AWS, or were.", "trust/", {"provider": "aws"},
            answer=rows(TRUST)),
    Example("snapshots_list", "The newest revision of a function.", "snapshots/",
            {"kind": "function", "limit": "1"}, answer=rows(REVISION, next=MORE)),
    Example("snapshots_retrieve", "The first revision of a function, with its document.", "snapshots/$FUNCTION/1/",
            answer={**{key: REVISION[key] for key in ("resource", "at", "digest", "unread")}, "number": 1,
                    "document": {"config": {"handler": "app.handler", "memory_mb": 256}}}),
    Example("snapshots_comments_list", "What was said of it.", "snapshots/$FUNCTION/1/comments/", answer=rows(COMMENT)),
    Example("snapshots_comments_create", "Say something of it.", "snapshots/$FUNCTION/1/comments/",
            body={"text": "Planned: the new upload form."}, method="POST", status=201, answer=COMMENT),
    Example("changes_list", "Changes by which risk rose, of one day.", "changes/",
            {"risk": "up", "since": "2026-03-03T00:00:00Z", "until": "2026-03-04T00:00:00Z"}, answer=rows(CHANGE)),
    Example("activity_list", "What one actor did.", "activity/",
            {"actor": "arn:aws:iam::123456789012:user/deployer"}, answer=rows(ACTIVITY)),
)  # fmt: skip
