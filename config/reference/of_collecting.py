"""Examples of accounts and how collecting them went; and of what is one's own."""

from __future__ import annotations

from config.reference.example import Example
from config.reference.of_inventory import rows

RUN = {
    "id": 41, "account": "123456789012", "provider": "aws", "state": "succeeded", "trigger": "schedule", "attempt": 1,
    "queued_at": "2026-03-03T08:55:00Z", "started_at": "2026-03-03T08:55:02Z", "finished_at": "2026-03-03T09:00:00Z",
    "error_class": "", "error": "", "totals": {},
}  # fmt: skip

EXAMPLES = (
    Example(
        "accounts_list", "Accounts in AWS, with when each was read well the last time.", "accounts/",
        {"provider": "aws", "fields": "native_id,name,group,paused,last_good_at,functions"},
        answer=rows({"native_id": "123456789012", "name": "acme-prod", "group": "shop", "paused": False,
                     "last_good_at": "2026-03-03T09:00:00Z", "functions": 5}),
    ),
    Example("runs_list", "Collections that went well, the newest first.", "runs/",
            {"state": "succeeded", "limit": "1"}, answer=rows(RUN)),
    Example("runs_retrieve", "One collection with its scopes.", "runs/$RUN/", answer={**RUN, "scopes": []}),
    Example(
        "coverage_list", "What was read of an account, and what was refused.", "coverage/",
        {"account": "123456789012", "fields": "scope,part,state,permission,at"},
        answer=rows({"scope": "global", "part": "roles", "state": "complete", "permission": "",
                     "at": "2026-03-03T09:00:00Z"}),
    ),
    Example("searches_list", "Your saved searches.", "searches/",
            answer=rows({"name": "Open doors", "query": "exposure:public"})),
    Example("column_sets_list", "Your sets of columns.", "column-sets/",
            answer=rows({"name": "Sizes", "list_name": "functions", "columns": ["name", "memory", "code-size"]})),
    Example("tokens_list", "Your tokens; never their text.", "tokens/",
            {"fields": "name,role,accounts,state,expires_at,used_at"},
            answer=rows({"name": "nightly report", "role": "viewer", "accounts": None, "state": "active",
                         "expires_at": "2026-12-01T09:00:00Z", "used_at": None})),
)  # fmt: skip
