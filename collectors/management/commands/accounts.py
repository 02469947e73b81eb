"""Connect, list and test accounts, and find those that the organisation's own directory lists."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError
from django.db.models import Count, Max

from collectors.accounts import add_account, find_account
from collectors.clouds import cloud
from collectors.hygiene import mask
from collectors.models import Run
from collectors.provider import AccountRef, BadConnection, Discovered, Provider, ReadFault
from inventory.command import FanlightCommand, wrong_use
from inventory.models import Account, Function
from inventory.output import add_format_option, print_rows

Row = dict[str, Any]

#: What is asked for each way of connecting: option → the provider's word for it.
TEXTS = {
    "role": "role_arn", "external_id": "external_id", "profile": "profile", "endpoint": "endpoint",
    "access_key_id": "access_key_id", "authority": "authority",
}  # fmt: skip
#: Outcomes of a call with which collecting goes on: what an endpoint does not know or have is no fault of the account.
ENOUGH = ("ok", "not applicable", "unsupported", "not found")
FLAGS = ("anonymous", "pace", "last_accessed", "no_metrics")
LISTED = ("provider", "native_id", "name", "group", "functions", "last_run", "last_good_at", "due_at", "paused")


class Command(FanlightCommand):
    help = "Connect accounts (add), list them, test a connection, discover an organisation's accounts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="add|list|test|discover")
        add = actions.add_parser("add", help="connect an account")
        add.add_argument("provider", help="aws, gcp or azure")
        add.add_argument("native_id", help="AWS account id, Google project id or Azure subscription id")
        _add_connection(add)
        _add_keeping(add)
        add_format_option(actions.add_parser("list", help="list the connected accounts"))
        test = actions.add_parser("test", help="try every call once and print the checklist")
        test.add_argument("account", help="id or name")
        test.add_argument("--provider", default="")
        add_format_option(test)
        discover = actions.add_parser("discover", help="list what the organisation's directory lists")
        discover.add_argument("provider")
        discover.add_argument("--from", dest="source", required=True, help="the account to ask in: id or name")
        discover.add_argument("--add", action="store_true", help="connect those that are not connected yet")
        discover.add_argument("--role", help="name of the role to assume in each (AWS)")
        _add_keeping(discover)
        add_format_option(discover)

    def handle(self, *, action: str, **options: Any) -> None:
        try:
            {"add": self._add, "list": self._list, "test": self._test, "discover": self._discover}[action](options)
        except BadConnection as wrong:
            raise wrong_use(str(wrong)) from wrong
        except ReadFault as fault:
            raise CommandError(mask(_told(fault))) from fault

    def _add(self, options: Row) -> None:
        slug, native_id = options["provider"], options["native_id"]
        account = add_account(
            slug, native_id, _answers(slug, native_id, options), name=options["name"], **_kept(options)
        )
        self.stdout.write(
            f"Connected {account.provider} {account}. "
            f"Read it now: manage.py collect --account {account.native_id} --wait"
        )

    def _list(self, options: Row) -> None:
        print_rows(_rows(), LISTED, options["format"], self.stdout)

    def _test(self, options: Row) -> None:
        account = find_account(options["account"], options["provider"])
        failed: list[str] = []

        def checks() -> Iterator[Row]:
            provider, session = _connected(account)
            for check in provider.checks(session):
                if check.outcome not in ENOUGH and not check.optional:
                    failed.append(check.call)
                yield asdict(check) | {"seconds": round(check.seconds, 3), "note": mask(check.note)}

        columns = ("call", "outcome", "seconds", "optional", "permission", "note")
        print_rows(checks(), columns, options["format"], self.stdout)
        if failed:
            raise CommandError(f"{len(failed)} needed calls failed: {', '.join(failed)}.")

    def _discover(self, options: Row) -> None:
        source = find_account(options["source"], options["provider"])
        provider, session = _connected(source)
        connected = set(Account.objects.filter(provider=source.provider).values_list("native_id", flat=True))

        def rows() -> Iterator[Row]:
            for found in provider.discover(session):
                row = asdict(found) | {"connected": "yes" if found.native_id in connected else "no"}
                if options["add"] and found.native_id not in connected and found.state.upper() in ("ACTIVE", "ENABLED"):
                    row["connected"] = _add_discovered(source, found, options)
                yield row

        columns = ("native_id", "name", "state", "path", "found_by", "connected")
        print_rows(rows(), columns, options["format"], self.stdout)


def _add_connection(parser: ArgumentParser) -> None:
    parser.add_argument("--name", default="", help="what people call it (default: its id)")
    parser.add_argument("--role", help="role to assume in it: ARN, or name (AWS)")
    parser.add_argument("--external-id", help="external id that the role's trust asks for (AWS)")
    parser.add_argument("--profile", help="profile of the AWS configuration of the workers")
    parser.add_argument("--access-key-id", help="key id for emulators on this machine that tell accounts by it (AWS)")
    parser.add_argument("--regions", "--locations", help="regions to read, separated by commas (default: all enabled)")
    parser.add_argument("--endpoint", help="another address of the cloud: sovereign cloud, proxy, emulator")
    parser.add_argument("--authority", help="another sign-in address (Azure)")
    parser.add_argument("--anonymous", action="store_true", help="ask without credentials (emulators)")
    parser.add_argument("--pace", action="store_true", help="keep to the cloud's quotas also at another endpoint (AWS)")
    parser.add_argument("--last-accessed", action="store_true", help="ask IAM what roles used last (AWS)")
    parser.add_argument(
        "--no-metrics", action="store_true", help="never ask the metrics how often functions are called"
    )
    parser.add_argument("--with", dest="more", action="append", default=[], metavar="NAME=VALUE",
                        help="any other setting of the provider's connection")  # fmt: skip


def _add_keeping(parser: ArgumentParser) -> None:
    parser.add_argument("--group", default="", help="accounts that belong together: a business unit, an environment")
    parser.add_argument("--stance", choices=Account.Stance.values, default=Account.Stance.OWN, help="whose it is")
    parser.add_argument("--every", type=int, metavar="MINUTES", help="how often to collect it")


def _kept(options: Row) -> Row:
    every = options["every"]
    if every is not None and not 1 <= every <= 7 * 24 * 60:
        raise BadConnection("--every takes minutes, from 1 to 10080 (a week).")
    return {"group": options["group"], "stance": options["stance"], "every_minutes": every}


def _answers(slug: str, native_id: str, options: Row) -> Row:
    """What was typed, in the provider's own words; what was not typed is left out."""
    answers: Row = {word: options[option] for option, word in TEXTS.items() if options[option]}
    answers |= {flag: True for flag in FLAGS if options[flag]}
    if options["regions"]:
        answers["regions"] = [name.strip() for name in options["regions"].split(",") if name.strip()]
    for pair in options["more"]:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise BadConnection(f"--with takes NAME=VALUE, not {pair!r}.")
        answers[name] = value
    if "role_arn" in answers:
        answers["role_arn"] = _role_arn(slug, native_id, answers["role_arn"])
    return answers


def _role_arn(slug: str, native_id: str, role: str) -> str:
    return role if slug != "aws" or role.startswith("arn:") else f"arn:aws:iam::{native_id}:role/{role}"


def _add_discovered(source: Account, found: Discovered, options: Row) -> str:
    """Connect an account as its directory's account is connected, through a role of its own; says how it went."""
    answers = dict(source.connection)
    role = options["role"] or str(answers.get("role_arn", "")).rpartition("/")[2]
    if role:
        answers["role_arn"] = _role_arn(source.provider, found.native_id, role.rpartition("/")[2])
    try:
        add_account(source.provider, found.native_id, answers, name=found.name, **_kept(options))
    except BadConnection as wrong:
        return f"no: {wrong}"
    return "added"


def _connected(account: Account) -> tuple[Provider, Any]:
    provider = cloud(account.provider)
    ref = AccountRef(account.provider, account.native_id, account.name, account.connection)
    return provider, provider.connect(ref)


def _told(fault: ReadFault) -> str:
    missing = f" Missing permission: {fault.permission}." if fault.permission else ""
    return f"{fault.reason}{missing}"


def _rows() -> Iterator[Row]:
    present = dict(Function.objects.filter(gone_at=None).order_by().values_list("account").annotate(Count("pk")))
    lasts = Run.objects.order_by().values("account").annotate(last=Max("pk"))
    states = dict(Run.objects.filter(pk__in=lasts.values("last")).values_list("account", "state"))
    for account in Account.objects.select_related("group").order_by("provider", "native_id"):
        yield {
            "provider": account.provider, "native_id": account.native_id, "name": account.name,
            "group": account.group.name if account.group else "", "stance": account.stance,
            "connection": account.connection, "every_minutes": account.every_minutes,
            "functions": present.get(account.pk, 0),
            "last_run": states.get(account.pk, "never"), "last_good_at": account.last_good_at, "due_at": account.due_at,
            "paused": account.paused,
        }  # fmt: skip
