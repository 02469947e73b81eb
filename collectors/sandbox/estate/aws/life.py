"""What happens in the AWS estate from day to day. Each happening changes the estate and leaves its trail.

Day d is seen at base + d days; what happens "on day d" happens in the 24 hours before."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from collectors.sandbox.estate.aws.accounts import FRANKFURT, IRELAND, PAYMENTS, SHOP, VIRGINIA
from collectors.sandbox.estate.aws.function import Alias, Function, Url, Version
from collectors.sandbox.estate.aws.identity import ADMINISTRATOR, Role
from collectors.sandbox.estate.aws.statements import INVOKE, INVOKE_URL, document, may, service, url_open
from collectors.sandbox.estate.aws.trail import ANALYST, ENGINEER, IAM, LAMBDA, OLD_CI, PIPELINE, Actor, TrailEvent
from collectors.sandbox.estate.dice import Dice


@dataclass
class Content:
    """What changes in the estate: functions by account and region, roles by account."""

    functions: dict[tuple[str, str], dict[str, Function]]
    roles: dict[str, dict[str, Role]]


@dataclass(frozen=True)
class Happening:
    event: TrailEvent
    change: Callable[[Content], None]


Place = tuple[str, str, str]
"""Account, region and name of a function."""


def _hours(day: int, hour: float) -> float:
    return (day - 1) * 24 + hour


def _event(place: Place, hours: float, name: str, actor: Actor, /, **request: Any) -> TrailEvent:
    account, region, function = place
    arn = f"arn:aws:lambda:{region}:{account}:function:{function}"
    resources = (("AWS::Lambda::Function", function), ("AWS::Lambda::Function", arn))
    return TrailEvent(hours, account, region, LAMBDA, name, actor, resources, {"functionName": function, **request})


def _alters(place: Place, change: Callable[[Function], Function]) -> Callable[[Content], None]:
    def apply(content: Content) -> None:
        functions = content.functions[place[:2]]
        functions[place[2]] = change(functions[place[2]])

    return apply


def deploy(place: Place, hours: float, actor: Actor = PIPELINE, publish: bool = False) -> Iterator[Happening]:
    """New code; with `publish` also a new version and the alias `live` on it."""

    def change(function: Function) -> Function:
        return replace(function, code=function.code + 1, settings=function.settings + 1, modified=hours)

    def published(function: Function) -> Function:
        number = len(function.versions) + 1
        version = Version(number, hours + 0.1, function.code)
        aliases = tuple(
            Alias(alias.name, str(number), alias.description) if alias.name == "live" else alias
            for alias in function.aliases
        )
        return replace(function, versions=(*function.versions, version), aliases=aliases)

    update = _event(place, hours, "UpdateFunctionCode20150331v2", actor, publish=False, dryRun=False)
    yield Happening(update, _alters(place, change))
    if publish:
        yield Happening(_event(place, hours + 0.1, "PublishVersion20150331", actor), _alters(place, published))
        yield Happening(_event(place, hours + 0.2, "UpdateAlias20150331", actor, name="live"), lambda content: None)


def configure(place: Place, hours: float, actor: Actor, request: Mapping[str, Any], **changes: Any) -> Happening:
    def change(function: Function) -> Function:
        return replace(function, settings=function.settings + 1, modified=hours, **changes)

    event = _event(place, hours, "UpdateFunctionConfiguration20150331v2", actor, **request)
    return Happening(event, _alters(place, change))


def adjust(
    place: Place, hours: float, name: str, actor: Actor, request: Mapping[str, Any], **changes: Any
) -> Happening:
    """A change beside the function's configuration: policy, URL, tags, concurrency."""

    def change(function: Function) -> Function:
        revision = function.policy_revision + ("policies" in changes)
        return replace(function, policy_revision=revision, **changes)

    return Happening(_event(place, hours, name, actor, **request), _alters(place, change))


def delete(place: Place, hours: float, actor: Actor) -> Happening:
    def apply(content: Content) -> None:
        del content.functions[place[:2]][place[2]]

    return Happening(_event(place, hours, "DeleteFunction20150331", actor), apply)


def create(function: Function, hours: float, actor: Actor) -> Happening:
    def apply(content: Content) -> None:
        born = replace(function, modified=hours)
        content.functions.setdefault((function.account, function.region), {})[function.name] = born

    place = (function.account, function.region, function.name)
    request = {"runtime": function.runtime, "role": function.role_arn, "handler": function.handler}
    return Happening(_event(place, hours, "CreateFunction20150331", actor, **request), apply)


def alter_role(
    role: tuple[str, str],
    hours: float,
    name: str,
    actor: Actor,
    request: Mapping[str, Any],
    change: Callable[[Role], Role],
) -> Happening:
    account, role_name = role

    def apply(content: Content) -> None:
        content.roles[account][role_name] = change(content.roles[account][role_name])

    resources = (("AWS::IAM::Role", role_name),)
    event = TrailEvent(hours, account, VIRGINIA, IAM, name, actor, resources, {"roleName": role_name, **request})
    return Happening(event, apply)


_CHECKOUT, _MAILER = (SHOP, FRANKFURT, "checkout-api"), (SHOP, FRANKFURT, "mailer")
_THUMBNAILS, _REPORTS = (SHOP, IRELAND, "thumbnails"), (SHOP, IRELAND, "report-mailer")
_UPLOADS = service("s3", "uploads", "arn:aws:s3:::larkfield-uploads", SHOP)
_GIFT_CARDS = Function(
    SHOP, FRANKFURT, "gift-cards", "checkout-role", tags={"owner": "checkout", "env": "prod"}, memory=512
)


def _story() -> Iterator[Happening]:
    """The planted turns of these days."""
    yield from _first_half()
    yield from _second_half()


def _first_half() -> Iterator[Happening]:
    """Days 1 to 3."""
    yield from deploy(_CHECKOUT, _hours(1, 9), publish=True)
    mail = {"SMTP_HOST": "relay.larkfield.example", "SMTP_PORT": "587"}
    yield Happening(
        _event(_MAILER, _hours(1, 14), "UpdateFunctionConfiguration20150331v2", ENGINEER, environment={}),
        _alters(
            _MAILER,
            lambda function: replace(
                function, environment={**function.environment, **mail}, settings=2, modified=_hours(1, 14)
            ),
        ),
    )
    yield create(_GIFT_CARDS, _hours(2, 10), PIPELINE)
    tags = {"owner": "media", "env": "prod", "data": "public"}
    yield adjust(_THUMBNAILS, _hours(2, 15), "TagResource20170331v2", ENGINEER, {"tags": {"data": "public"}}, tags=tags)
    yield configure(_REPORTS, _hours(3, 8), PIPELINE, {"runtime": "nodejs22.x"}, runtime="nodejs22.x")
    yield alter_role(
        (SHOP, "janitor-role"),
        _hours(3, 17),
        "AttachRolePolicy",
        ENGINEER,
        {"policyArn": ADMINISTRATOR},
        lambda role: replace(role, attached=(*role.attached, ADMINISTRATOR)),
    )


def _second_half() -> Iterator[Happening]:
    """Days 4 to 6."""
    yield adjust(
        _THUMBNAILS,
        _hours(4, 16),
        "CreateFunctionUrlConfig",
        ENGINEER,
        {"authType": "NONE"},
        urls=(Url("NONE", created=_hours(4, 16)),),
    )
    for number, action in enumerate((INVOKE_URL, INVOKE)):
        opened = (_UPLOADS, *url_open()[: number + 1])
        request = {"principal": "*", "action": action, "statementId": opened[-1]["Sid"]}
        yield adjust(
            _THUMBNAILS,
            _hours(4, 16.1 + number / 10),
            "AddPermission20150331v2",
            ENGINEER,
            request,
            policies={"": opened},
        )
    yield delete((SHOP, VIRGINIA, "old-import"), _hours(5, 11), OLD_CI)
    yield adjust(
        (PAYMENTS, FRANKFURT, "price-lookup"),
        _hours(5, 12),
        "PutFunctionConcurrency20171031",
        ENGINEER,
        {"reservedConcurrentExecutions": 40},
        reserved=40,
    )
    yield alter_role(
        (PAYMENTS, "rates-role"),
        _hours(5, 13),
        "PutRolePolicy",
        ENGINEER,
        {"policyName": "history"},
        lambda role: replace(
            role, inline={**role.inline, "history": document(may("s3:GetObject", "arn:aws:s3:::larkfield-rates/*"))}
        ),
    )
    yield adjust(
        (PAYMENTS, FRANKFURT, "fx-rates"),
        _hours(6, 9),
        "RemovePermission20150331v2",
        ANALYST,
        {"qualifier": "live", "statementId": "everyone"},
        policies={},
    )
    yield from deploy(_CHECKOUT, _hours(6, 18), ENGINEER)


def happenings(dice: Dice, crowd: Sequence[Function], days: int) -> list[Happening]:
    """Everything that happens on days 1 to `days` - 1, in order: the planted story and the crowd's deployments."""
    all_of_them = list(_story())
    for day in range(1, days):
        turn = max(2, len(crowd) // 50) if crowd else 0
        chosen = {dice.number(0, len(crowd) - 1, "deploy", day, number) for number in range(turn)}
        for number in sorted(chosen):
            function = crowd[number]
            hour = dice.number(60, 1380, "minute", day, number) / 60
            all_of_them += deploy((function.account, function.region, function.name), _hours(day, hour))
    return sorted(all_of_them, key=lambda happening: happening.event.hours)
