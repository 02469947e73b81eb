"""Template tags of every page: icons, times, copy buttons, badges, names shortened in the middle.

No tag writes a style attribute or a script: the Content-Security-Policy forbids both.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

from django import template
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from inventory import rungs
from inventory.clock import about_now
from inventory.models import Account, people
from inventory.search.edit import term_text
from inventory.templatetags import words

register = template.Library()

#: Pages of the main navigation in order: address name, title, key pressed after `g`.
PAGES = (
    ("overview", "Overview", "o"),
    ("functions", "Functions", "f"),
    ("identities", "Identities", "i"),
    ("exposure", "Exposure", "e"),
    ("findings", "Findings", "n"),
    ("changes", "Changes", "c"),
    ("compliance", "Compliance", "p"),
    ("accounts", "Accounts", "a"),
    ("runs", "Runs", "r"),
)
#: Address names that belong to a page of the navigation under another word.
SECTIONS = {
    "function": "functions",
    "identity": "identities",
    "policy": "identities",
    "actor": "changes",
    "compare": "changes",
    "compliance": "compliance",
    "settings-history": "accounts",
    "finding": "findings",
    "account": "accounts",
    "run": "runs",
}

#: What a crowded cell tells of first.
GRAVER = ("critical", "high", "medium")
#: word → (tone, icon): a colour never stands alone (docs: severity tokens).
SEVERITIES = {
    "critical": ("critical", "icon:alert-octagon"),
    "high": ("high", "icon:alert-triangle"),
    "medium": ("medium", "icon:alert-circle"),
    "low": ("low", "icon:info-circle"),
    "info": ("info", "icon:info-circle"),
}
PRIVILEGES = {
    "admin": ("critical", "icon:crown"),
    "near-admin": ("high", "icon:stairs-up"),
    "write": ("medium", "icon:pencil"),
    "read": ("low", "icon:eye"),
    "none": ("ok", "icon:circle-check"),
    "unknown": ("info", "icon:help-circle"),
}
EXPOSURES = {
    "public_anonymous": ("critical", "icon:world", "public"),
    "public_authenticated": ("critical", "icon:world", "public, signed in"),
    "external": ("high", "icon:arrows-exchange", "external"),
    "service_unscoped": ("medium", "icon:plug-connected", "service, unscoped"),
    "organisation": ("low", "icon:building", "organisation"),
    "service_scoped": ("info", "icon:plug-connected", "service"),
    "same_account": ("info", "icon:lock", "same account"),
    "none": ("ok", "icon:circle-check", "none"),
    "unknown": ("info", "icon:help-circle", "unknown"),
}
#: Stored words that are said otherwise than with spaces.
SPOKEN = {
    "iam_write": "IAM write",
    "data_write_destroy": "data write or destroy",
    "cross_account_assume": "assume across accounts",
}
PROVIDERS = {
    "aws": ("AWS", "icon:brand-aws"),
    "gcp": ("Google Cloud", "icon:brand-google"),
    "azure": ("Azure", "icon:brand-azure"),
}


@register.simple_tag(takes_context=True)
def may(context: template.Context, verb: str, account: Account | None = None) -> bool:
    """`{% may "collect" account as yes %}`: whether the person may do it there; without an account, on all of them."""
    return people.may(context.get("user"), verb, account)


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """A decorative icon of the sprite; the word it stands for is beside it (`icon:` before the name is allowed)."""
    return _drawn(name.removeprefix("icon:"), extra)


@lru_cache(512)
def _drawn(name: str, extra: str) -> SafeString:
    """The same few icons stand a hundred times on a page. Always escaped: text and safe text are one key."""
    return format_html(
        '<svg class="ico {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        escape(extra), static("vendor/icons.svg"), escape(name),
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def when(context: template.Context, moment: datetime | date | None, missing: str = "never") -> SafeString | str:
    """A time as "26 h ago", the absolute UTC time on hover; `now` of the context counts where a page gives one."""
    if moment is None:
        return missing
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(), UTC)
    now = context.get("now") or about_now()
    absolute, gap = moment.astimezone(UTC).isoformat(timespec="seconds"), words.relative(moment, now)
    return format_html(
        '<time class="when" datetime="{}" title="{} {} UTC" data-relative="{}">{}</time>',
        absolute, absolute[:10], absolute[11:19], gap, gap,
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def since(context: template.Context, moment: datetime | None, missing: str = "never") -> SafeString | str:
    """As `when`, for what packages stamp by the web server's own clock, which may be ahead: never later than now."""
    return when(context, moment and min(moment, context.get("now") or about_now()), missing)


@register.simple_tag
def counted(number: int | str | None, unit: str = "") -> SafeString | str:
    """A number with its unit; what is None (or has no place to stand in: "") reads "unknown"."""
    if number is None or number == "":
        return format_html('<span class="unknown">{}</span>', "unknown")
    return f"{number:,}{unit}"


@register.simple_tag
def copy(text: Any, what: str = "") -> SafeString:
    """A button that copies `text`; `what` names it for screen readers. Hidden where there is no JavaScript."""
    return format_html(
        '<button type="button" class="copy" data-copy="{}" aria-label="Copy {}" title="Copy">{}</button>',
        text, what or words.middle(str(text), 60), icon("icon:copy"),
    )  # fmt: skip


@register.simple_tag
def provider(account: Any) -> SafeString:
    """The provider's sign and name, from an account, anything with a `provider`, or the provider's word itself."""
    slug = account if isinstance(account, str) else str(getattr(account, "provider", ""))
    return _known_provider(slug) if slug in PROVIDERS else _provider(slug, slug, "icon:cloud")


@lru_cache(len(PROVIDERS))
def _known_provider(slug: str) -> SafeString:
    return _provider(slug, *PROVIDERS[slug])


def _provider(slug: str, name: str, sign: str) -> SafeString:
    return format_html('<span class="provider provider-{}">{}<span>{}</span></span>', slug, icon(sign), name)


@register.simple_tag
def provider_sign(slug: str) -> SafeString:
    """The provider's sign alone, its name for a pointer and a screen reader: beside an account's name."""
    name, sign = PROVIDERS.get(slug, (slug, "icon:cloud"))
    return format_html(
        '<span class="provider" title="{}">{}<span class="visually-hidden">{} </span></span>', name, icon(sign), name
    )


@register.simple_tag
def badge(text: Any, tone: str = "info", sign: str = "") -> SafeString:
    """A short word in one of the tones critical, high, medium, low, info, ok."""
    return format_html('<span class="mark tone-{}">{}{}</span>', tone, icon(sign) if sign else "", text)


@register.simple_tag
def severity(word: str) -> SafeString:
    """A severity as colour, icon and word."""
    return _known_severity(word) if word in SEVERITIES else badge(word, *SEVERITIES["info"])


@lru_cache(len(SEVERITIES))
def _known_severity(word: str) -> SafeString:
    return badge(word, *SEVERITIES[word])


@register.simple_tag
def severity_counts(counts: Mapping[str, int]) -> SafeString:
    """Findings by severity as "C1 H2 M4": letter and colour, the whole in words for a pointer and a screen reader.

    What is low or informational is shown where nothing graver is open.
    """
    there = [word for word in SEVERITIES if counts.get(word)]
    shown = [word for word in there if word in GRAVER] or there
    words = ", ".join(f"{counts[word]} {word}" for word in there)
    marks = format_html_join(
        " ", '<span class="mark tone-{}">{}{}</span>', ((word, word[0].upper(), counts[word]) for word in shown)
    )
    return format_html(
        '<span class="counts-shown" aria-hidden="true" title="{}">{}</span><span class="visually-hidden">{}</span>',
        words, marks, words,
    )  # fmt: skip


@register.simple_tag
def privilege(level: str | None) -> SafeString:
    """A summary level of privilege; None (never worked out) reads "unknown"."""
    tone, sign = PRIVILEGES.get(level or "unknown", PRIVILEGES["unknown"])
    return badge(level or "unknown", tone, sign)


@register.simple_tag
def exposure(rung: str | None) -> SafeString:
    """A rung of the exposure ladder in words; None (never worked out) reads "unknown"."""
    tone, sign, text = EXPOSURES.get(rung or "unknown", ("info", "icon:help-circle", str(rung)))
    return badge(text, tone, sign)


@register.filter
def coded(text: str) -> SafeString:
    """Words between `marks` as code."""
    parts = str(text).split("`")
    return format_html_join("", "{}", ((format_html("<code>{}</code>", part) if odd % 2 else part,)
                                       for odd, part in enumerate(parts)))  # fmt: skip


@register.filter
def middle(text: Any, width: int = 48) -> str:
    """`{{ arn|middle:40 }}`: cut in the middle, account and leaf stay."""
    return words.middle(str(text), int(width))


@register.filter
def one_state(word: Any) -> str:
    """`{{ function.state|one_state }}`: our word for what three clouds call differently."""
    return rungs.one_state(str(word))


@register.filter
def leaf(text: Any) -> str:
    """`{{ arn|leaf }}`: what of an id people call it by; the whole belongs in a title beside it."""
    return words.leaf(str(text))


#: Where the own timeline of a resource of each kind is: address name, and what it takes after the uid.
TIMELINES = {"function": ("function-tab", ("history",)), "identity": ("identity", ()), "policy": ("policy", ()),
             "account": ("settings-history", ())}  # fmt: skip


@register.filter
def history_of(resource: Any) -> str:
    """The address of a resource's own timeline."""
    name, more = TIMELINES[resource.kind]
    return reverse(name, args=[resource.uid, *more])


@register.filter
def undated(action: Any) -> str:
    """An action of a cloud's log without the date of its interface ("UpdateFunctionCode20150331v2")."""
    return words.undated(str(action))


@register.filter(name="bytes")
def bytes_(count: float | None) -> str:
    return "unknown" if count is None else words.size(count)


@register.filter
def duration(seconds: float | None) -> str:
    return "unknown" if seconds is None else words.duration(seconds)


@register.filter
def lasting(span: timedelta | None) -> str:
    """A length of time in the unit that reads best; "" for none."""
    return words.duration(span.total_seconds()) if span is not None else ""


@register.filter
def humanly(word: Any) -> str:
    """A stored word for people: underscores become spaces."""
    return SPOKEN.get(str(word)) or str(word).replace("_", " ")


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> list[dict[str, Any]]:
    """The pages that exist, in order, and which of them the present page belongs to."""
    section = str(context.get("section") or "")
    here = section if section in {name for name, _, _ in PAGES} else SECTIONS.get(section.split("-")[0], "")
    pages = []
    for name, title, key in PAGES:
        if address := address_of(name):
            pages.append({"title": title, "address": address, "key": key, "here": name == here, "name": name})
    return pages


@register.simple_tag
def address_of(name: str, *args: Any) -> str:
    """The address of a page, empty when there is no such page (yet)."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def sort_head(context: template.Context, title: str, by: str, present: str, extra: str = "") -> SafeString:
    """A column head that sorts: `by` is what a first click asks for ("-name": downwards), a second turns it round."""
    here = present.removeprefix("-") == by.removeprefix("-")
    turned = present.removeprefix("-") if present.startswith("-") else f"-{present}"
    address = with_query(context, sort=turned if here else by, after="", page="")
    order = ("descending" if present.startswith("-") else "ascending") if here else ""
    return format_html(
        '<th scope="col"{}{}><a href="{}">{}</a></th>',
        format_html(' class="{}"', extra) if extra else "",
        format_html(' aria-sort="{}"', order) if order else "",
        address, title,
    )  # fmt: skip


@register.simple_tag
def query_for(field: str, value: Any) -> str:
    """A query for one value, ready for an address: `?q={% query_for "identity" id %}`."""
    return quote_plus(term_text(field, str(value)))


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: Any) -> str:
    """The present page's query string with these parameters set (or removed, when empty)."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    for name, value in changes.items():
        if value in ("", None):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"
