"""Lines about who may call or change a function, and who may take on an identity. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from inventory.semantics.line import Line, Risk
from inventory.semantics.settings import others
from inventory.semantics.words import as_list, condition_said, listed, principal_said, said, scope_said

Json = Any
Document = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Door:
    """One principal let in (or kept out) by one statement, with nothing that order or spelling could change.

    `shown` is what the line says of the actions besides `word` ("": the word says enough).
    """

    word: str
    principal: str
    actions: str
    qualifier: str
    effect: str
    condition: str
    shown: str = ""

    @property
    def place(self) -> tuple[str, ...]:
        """The door without its condition: the same place with another condition is a change, not two."""
        return (self.word, self.principal, self.actions, self.qualifier, self.effect)

    @property
    def opened(self) -> Risk:
        """How the risk moves when this door appears."""
        return Risk.DOWN if self.effect == "deny" else Risk.UP

    def __str__(self) -> str:
        where = f" on {self.qualifier}" if self.qualifier else ""
        when = f" if {self.condition}" if self.condition else ""
        what = f" ({self.shown})" if self.shown else ""
        return f"{principal_said(self.principal)}{what}{where}{when}"


#: Azure's words for who holds a role, where a normalizer left them as they are.
_HOLDERS = {"ServicePrincipal": "service principal", "User": "user", "Group": "group", "ForeignGroup": "foreign group"}
#: Parts of an access section that are no doors but decide what is asked at them.
SIGN_IN = ("inherited", "iap", "client_certificates", "easy_auth", "classic_auth", "publishing", "denials")


def access(before: Json, after: Json, section: str = "access") -> Iterator[Line]:
    """What two sets of policies let in, whatever the documents look like: the differences by principal, and what the
    cloud asks of callers besides."""
    found = [*_doors_moved(before, after, section), *_sign_in(before, after, section)]
    yield from found or [Line(f"{section.capitalize()} settings changed", _kind(section), section=section)]


def _kind(section: str) -> str:
    return "permission" if section == "trust" else "access"


def _sign_in(before: Json, after: Json, section: str) -> Iterator[Line]:
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return
    if bool(before.get("invoker_iam_disabled")) != bool(after.get("invoker_iam_disabled")):
        verb, risk = ("off", Risk.UP) if after.get("invoker_iam_disabled") else ("on", Risk.DOWN)
        yield Line(f"Invoker check switched {verb}", "access", risk, section)
    left, right = _identity_providers(before), _identity_providers(after)
    for name in sorted(left.keys() | right.keys()):
        if not left.get(name) or not right.get(name):
            verb = "added" if right.get(name) else "removed"
            yield Line(f"Easy Auth provider {name} {verb}", "access", section=section)
        else:
            yield from others(section, {name: left[name]}, {name: right[name]}, told=set())
    yield from others(section, _asked(before), _asked(after), told=set())


def _identity_providers(side: Document) -> dict[str, Json]:
    return dict((side.get("easy_auth") or {}).get("identityProviders") or {})


def _asked(side: Document) -> dict[str, Json]:
    """What is asked at the doors, without the providers that sign people in."""
    asked = {key: side[key] for key in SIGN_IN if key in side}
    if isinstance(easy := asked.get("easy_auth"), Mapping):
        asked["easy_auth"] = {key: value for key, value in easy.items() if key != "identityProviders"}
    return asked


def _doors_moved(before: Json, after: Json, section: str) -> Iterator[Line]:
    kind = _kind(section)
    left, right = set(doors(before, section)), set(doors(after, section))
    gone, come = sorted(left - right, key=str), sorted(right - left, key=str)
    places = {door.place: door for door in gone}
    changed = set()
    for door in come:
        earlier = places.get(door.place)
        if earlier is None or earlier in changed:
            yield Line(f"{_headline(door)} added: {door}", kind, door.opened, section)
            continue
        changed.add(earlier)
        yield Line(_condition_line(earlier, door), kind, _condition_risk(earlier, door), section)
    for door in gone:
        if door not in changed:
            yield Line(f"{_headline(door)} removed: {door}", kind, door.opened.opposite, section)


def _headline(door: Door) -> str:
    return f"{door.word} denial" if door.effect == "deny" else door.word


def _condition_line(before: Door, after: Door) -> str:
    name = f"{after.word} {principal_said(after.principal)}"
    if not after.condition:
        return f"{name}: condition removed ({before.condition})"
    if not before.condition:
        return f"{name}: condition added ({after.condition})"
    return f"{name}: condition {before.condition} → {after.condition}"


def _condition_risk(before: Door, after: Door) -> Risk:
    if bool(before.condition) == bool(after.condition):
        return Risk.NONE
    return after.opened if not after.condition else after.opened.opposite


def doors(value: Json, section: str = "access", qualifier: str = "") -> Iterator[Door]:
    """Every principal that the policies in `value` name: AWS statements, Google and Azure bindings, and tokens of
    other issuers, at any depth."""
    if isinstance(value, list):
        for entry in value:
            yield from doors(entry, section, qualifier)
    elif isinstance(value, Mapping):
        qualifier = str(value.get("qualifier") or qualifier)
        if "Effect" in value:
            yield from _statement(value, section, qualifier)
        elif "role" in value and ("members" in value or "principal" in value):
            yield from _binding(value, section, qualifier)
        elif "issuer" in value:
            subject = value.get("subject") or value.get("expression") or "any subject"
            principal = f"tokens of {value['issuer']} for {subject}"
            yield Door("Trusted", principal, listed(as_list(value.get("audiences"))), qualifier, "allow", "")
        else:
            for entry in value.values():
                yield from doors(entry, section, qualifier)


def _statement(statement: Document, section: str, qualifier: str) -> Iterator[Door]:
    actions = sorted(str(action) for action in as_list(statement.get("Action")))
    if "NotAction" in statement:
        actions = [f"all but {listed([str(action) for action in as_list(statement['NotAction'])])}"]
    word, text = "Trusted" if section == "trust" else _word(actions), listed(actions)
    for principal in _principals(statement):
        yield Door(word, principal, text, qualifier, str(statement.get("Effect", "Allow")).lower(),
                   condition_said(statement.get("Condition")), text if word == "Access" else "")  # fmt: skip


def _binding(binding: Document, section: str, qualifier: str) -> Iterator[Door]:
    """A role held by somebody; of Azure's the kind of the holder and the place are part of the name."""
    role, scope = str(binding["role"]), str(binding.get("scope") or "")
    actions = [str(action) for action in as_list(binding.get("actions"))]
    word = "Trusted" if section == "trust" else _word(actions or [role])
    shown = "" if word in ("Invoker", "Deployer") and not scope else role
    text = _condition_text(binding.get("condition"))
    kind = f"{_HOLDERS.get(str(binding['kind']), binding['kind'])} " if binding.get("kind") and scope else ""
    where = qualifier or (scope_said(scope) if scope else "")
    for member in as_list(binding.get("members", binding.get("principal"))):
        effect = str(binding.get("effect", "allow")).lower()
        yield Door(word, f"{kind}{member}", role, where, effect, text, shown)


def _condition_text(condition: Json) -> str:
    if not condition:
        return ""
    return str(condition.get("expression", said(condition))) if isinstance(condition, Mapping) else said(condition)


def _principals(statement: Document) -> list[str]:
    if "NotPrincipal" in statement:
        return [f"everyone but {said(statement['NotPrincipal'])}"]
    principal = statement.get("Principal")
    if isinstance(principal, Mapping):
        return sorted(str(entry) for entries in principal.values() for entry in as_list(entries))
    return [str(entry) for entry in as_list(principal)] or ["nobody named"]


def _word(actions: list[str]) -> str:
    """Invoker or Deployer where the actions are of that sort; Access otherwise."""
    lowered = [action.lower() for action in actions]
    if any("roleassignments/write" in action for action in lowered):
        return "Access"
    if all("invoke" in action or "listkeys" in action for action in lowered):
        return "Invoker"
    if all(any(verb in action for verb in ("update", "deploy", "developer", "publish", "write")) for action in lowered):
        return "Deployer"
    return "Deployer" if any("/publish" in action for action in lowered) else "Access"
