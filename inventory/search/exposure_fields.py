"""What can be asked of exposed bindings: each field is declared once, here."""

from __future__ import annotations

from inventory.models.exposure import PARTS, TABS
from inventory.rungs import EXPOSURE, PRIVILEGE
from inventory.search import exposure_matches as how
from inventory.search.field import Field, by_name, ladder, moment, provider, text
from inventory.search.function_fields import EXPOSURE_GROUPS
from inventory.search.function_matches import account, group, judged_unknown, null

ACTIONS = ("invoke", "deploy", "configure", "own")
NARROWS = ("yes", "no", "unknown", "none")
UNJUDGED = judged_unknown("privilege")

_FIELDS = (
    Field("function", "text", "Name or id of the function.", "function:check*",
          text("function__name", "function__native_id", "function__uid"), aliases=("name",)),
    Field("provider", "text", "Cloud: aws, gcp or azure.", "provider:aws", provider("provider"),
          suggests="provider"),
    Field("account", "text", "Our account, project or subscription: name, id, or the group it belongs to.",
          "account:acme-prod", account, suggests="account__name"),
    Field("group", "text", "Group of accounts.", "group:shop", group, suggests="account__group__name"),
    Field("tab", "choice", "Which tab it stands on.", "tab:external", how.word_of("tab", TABS), values=TABS),
    Field("part", "choice", "Invokers or deployers.", "part:deploy", how.word_of("part", PARTS), values=PARTS),
    Field("action", "choice", "What it lets do: invoke, deploy (update the code), configure, own (hand out rights).",
          "action:own", how.word_of("action", ACTIONS), values=ACTIONS),
    Field("exposure", "choice", "How far away those are who are let in, on the ladder.", "exposure:external",
          ladder("level", EXPOSURE, EXPOSURE_GROUPS, null("level")), values=tuple(reversed(EXPOSURE))),
    Field("principal", "text", "Who is let in, as the policy names it, or the kind of it.", "principal:*:root",
          text("principal", "kind"), suggests="principal"),
    Field("external", "text", "The outside account, project, domain or tenant: any, known, unknown, trusted, "
          "untrusted, its id, or its name.", "external:unknown", how.external_party,
          values=how.EXTERNAL, suggests="party"),
    Field("trusted", "choice", "Whether the party is a trusted third party now.", "trusted:no", how.trusted,
          values=how.YES_NO),
    Field("own", "choice", "Whether the party is another account of ours.", "own:yes", how.flag("own"),
          values=how.YES_NO),
    Field("via", "text", "The statement, address or assignment that lets them in.", "via:*url*", text("via")),
    Field("narrows", "choice", "Whether its condition really restricts who; `none`: it has no condition.", "narrows:no",
          how.word_of("narrows", NARROWS, "none"), values=NARROWS),
    Field("latent", "choice", "Whether the way is closed at present.", "latent:no", how.closed, values=how.YES_NO),
    Field("certain", "choice", "Whether nothing unread could deny it.", "certain:yes", how.flag("certain"),
          values=how.YES_NO),
    Field("privilege", "choice", "Summary level of what the function's identity may do.", "privilege:admin",
          ladder("function__posture__privilege", PRIVILEGE, {}, null("function__posture__privilege")),
          values=tuple(reversed(PRIVILEGE))),
    Field("since", "time", "When the first snapshot that has it began.", "since:<7d", moment("since", null("since")),
          null("since")),
)  # fmt: skip

EXPOSURE_FIELDS = by_name(_FIELDS)
