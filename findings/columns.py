"""The columns of findings and rules in exports and commands."""

from inventory.columns import Column, path

FINDING_COLUMNS = (
    Column("id", "Id", "Number of the finding.", path("id"), number=True),
    Column("severity", "Severity", "How bad it is.", path("severity"), "severity", default=True),
    Column("risk", "Risk", "Severity, exposure, privilege and age in one number.", path("risk"), "risk", number=True,
           default=True),
    Column("rule", "Rule", "Id of the rule.", path("rule"), "rule", default=True),
    Column("title", "Title", "What is wrong.", path("title")),
    Column("name", "Name", "The function or account.", path("name"), "name", default=True),
    Column("account", "Account", "Account, project or subscription.", path("account_name"), "account", default=True),
    Column("region", "Region", "Region or location.", path("region"), default=True),
    Column("state", "State", "Where it stands.", path("state"), default=True),
    Column("opened", "Opened", "When it was opened, or opened again.", path("opened_at"), "opened", default=True),
    Column("due", "Due", "By when it is to be mended.", path("due_at"), "due", default=True),
    Column("assignee", "Assignee", "Who is to mend it.", path("assignee"), default=True),
    Column("provider", "Provider", "The cloud.", path("provider")),
    Column("group", "Group", "Group of accounts.", path("account_group")),
    Column("account-id", "Account id", "The account's own id.", path("account")),
    Column("native-id", "Cloud's id", "The cloud's own id of what it is about.", path("native_id")),
    Column("uid", "Our id", "The id that addresses and the API use.", path("uid")),
    Column("subject", "Subject", "The part of security.", path("subject")),
    Column("because", "Because", "Why the severity is what it is.", path("because")),
    Column("faults", "Faults", "How many faults there are.", path("faults"), number=True),
    Column("evidence", "Evidence", "The faults, in words.",
           lambda row: [one["says"] for one in row.get("evidence", ())]),
    Column("reason", "Reason", "Why it was accepted, called false or snoozed.", path("reason")),
    Column("until", "Until", "Until when it is accepted or snoozed.", path("until")),
    Column("closed", "Closed", "When it was resolved, gone or retired.", path("closed_at"), "closed"),
    Column("standards", "Standards", "Controls that the rule answers.", path("standards")),
)  # fmt: skip
