"""The controls of each framework that concern functions: what each is about, in our own words, and why one that no
rule answers has no answer. No Django here.

A rule says by `standards` which controls it answers; this says which there are, so that none is passed over in
silence. Which control has which number is as the rule catalogue gives it. The benchmarks' own text is not repeated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from findings.rule import Rule
from findings.standards import FRAMEWORKS, Framework

_NO_RULE = "No rule reads this setting yet."
_CONSENT = "Whether callers must sign in is part of how exposure is judged; no rule of its own answers the control."
_NUMBERING = "An ended runtime is judged whatever the language; which number it has in this version is not confirmed."


@dataclass(frozen=True, slots=True)
class Control:
    """One control: its id within the framework, what it is about, and what is said while no rule answers it."""

    id: str
    subject: str
    unanswered: str = _NO_RULE


@dataclass(frozen=True, slots=True)
class Answered:
    """A control, its framework's slug, and the rules that answer it (none: see `control.unanswered`)."""

    framework: str
    control: Control
    rules: tuple[Rule, ...]

    @property
    def key(self) -> str:
        """As rules and queries write it: "cis-aws-compute:4.6"."""
        return f"{self.framework}:{self.control.id}"


_AWS_COMPUTE = (
    Control("4.1", "AWS Config records the functions of each region"),
    Control("4.2", "Functions report through Lambda Insights"),
    Control("4.3", "No secret stands in an environment variable"),
    Control("4.4", "Function and caller may do no more than they must"),
    Control("4.5", "Each function has an execution role of its own"),
    Control("4.6", "No function can be called by everybody"),
    Control("4.7", "The execution role of each function exists and works"),
    Control("4.8", "Code must be signed"),
    Control("4.9", "No function runs with administrator rights"),
    Control("4.10", "No account that we do not know has access to a function"),
    Control("4.11", "The runtime is still supported"),
    Control("4.12", "Variables are encrypted with a key of our own"),
)
_FSBP = (
    Control("Lambda.1", "A function's policy lets in nobody it should not"),
    Control("Lambda.2", "The runtime is still supported"),
    Control("Lambda.3", "The function sits in a private network"),
    Control("Lambda.5", "The private network reaches over more than one zone"),
    Control("Lambda.6", "Functions carry tags"),
    Control("Lambda.7", "Calls are traced"),
)
_SIGN_IN, _HTTPS, _TLS = "Callers must sign in", "Plain HTTP is sent on to HTTPS", "TLS 1.2 is the least"
_CERTIFICATES, _IDENTITY, _HTTP2 = "Clients show a certificate", "The app has a managed identity", "HTTP/2 is on"
_FTP, _LOGS = "Plain FTP is off", "Requests are logged"
_PHP, _PYTHON, _JAVA = (f"{name} is a version that is still supported" for name in ("PHP", "Python", "Java"))

#: Framework → its controls about functions, in the publisher's order.
CONTROLS: Mapping[str, tuple[Control, ...]] = {
    "cis-aws-compute": _AWS_COMPUTE,
    "aws-fsbp": _FSBP,
    "cis-azure-2.0": (
        Control("5.1.7", _LOGS), Control("9.1", _SIGN_IN, _CONSENT), Control("9.2", _HTTPS), Control("9.3", _TLS),
        Control("9.4", _CERTIFICATES), Control("9.5", _IDENTITY), Control("9.6", _PHP), Control("9.7", _PYTHON),
        Control("9.8", _JAVA), Control("9.9", _HTTP2), Control("9.10", _FTP),
    ),
    "cis-azure-2.1": (
        Control("5.1.6", _LOGS), Control("9.1", _SIGN_IN, _CONSENT), Control("9.2", _HTTPS), Control("9.3", _TLS),
        Control("9.4", _IDENTITY), Control("9.5", _PHP, _NUMBERING), Control("9.6", _PYTHON, _NUMBERING),
        Control("9.7", _JAVA, _NUMBERING), Control("9.8", _HTTP2), Control("9.9", _FTP),
    ),
    "cis-azure-3.0": (
        Control("6.1.6", _LOGS), Control("9.1", _HTTPS), Control("9.2", _SIGN_IN, _CONSENT), Control("9.3", _FTP),
        Control("9.4", _TLS), Control("9.5", _IDENTITY), Control("9.7", _PHP), Control("9.8", _PYTHON),
        Control("9.9", _JAVA), Control("9.10", _HTTP2), Control("9.11", "Secrets are kept in a key vault"),
        Control("9.12", "Remote debugging is off"),
    ),
    "cis-azure-4.0": (Control("7.1.1.6", _LOGS),),
    "cis-azure-5.0": (Control("6.1.1.6", _LOGS),),
    "pci-dss-4.0": (
        Control("4.2.1", "Strong encryption on the way over open networks"),
        Control("10.2", "What happens is logged"),
    ),
    "mitre-attack": (Control("T1552", "Credentials that lie about unprotected"),),
}  # fmt: skip


def answered(rules: Iterable[Rule]) -> dict[str, tuple[Answered, ...]]:
    """Framework → its controls with the rules that answer them, for each framework of which anything is known.

    A control that only a rule names is there, too, behind those listed above.
    """
    told: dict[str, dict[str, list[Rule]]] = {}
    for rule in rules:
        for standard in rule.standards:
            framework, _, control = standard.partition(":")
            told.setdefault(framework, {}).setdefault(control, []).append(rule)
    found = {}
    for slug in FRAMEWORKS:
        listed = {control.id: control for control in CONTROLS.get(slug, ())}
        by_control = told.get(slug, {})
        listed |= {id: Control(id, rules[0].why) for id, rules in by_control.items() if id not in listed}
        if listed:
            found[slug] = tuple(
                Answered(slug, control, _of_clouds(by_control.get(id, []), FRAMEWORKS[slug]))
                for id, control in listed.items()
            )
    return found


def _of_clouds(rules: Iterable[Rule], framework: Framework) -> tuple[Rule, ...]:
    """The rules that look at a cloud the framework is about."""
    return tuple(rule for rule in rules if set(rule.providers) & set(framework.providers))
