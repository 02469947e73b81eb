"""AWS, as `collectors.provider.Provider` describes a provider."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from collectors.provider import (
    AccountRef,
    BadCredentials,
    Check,
    Denied,
    Discovered,
    Listing,
    LogPage,
    NotApplicable,
    Permission,
    Raw,
    Throttled,
    Unreachable,
    Unsupported,
)
from collectors.providers.aws import activity, checks, connection, permissions
from collectors.providers.aws.fetch import functions, identities, named, use, webfunctions
from collectors.providers.aws.fetch import settings as account_settings
from collectors.providers.aws.normalize import NORMALIZER, normalize
from collectors.providers.aws.session import CREDENTIALS_SECONDS, GLOBAL, AwsSession
from inventory.facts import Observation, UseFact

Json = Any

#: How long the connection test may take.
CHECK_SECONDS = 120.0


class Aws:
    """Amazon Web Services: one account, read region by region, with what is global first."""

    slug = "aws"
    label = "AWS"
    account_word = "account"
    normalizer = NORMALIZER
    permissions: tuple[Permission, ...] = permissions.PERMISSIONS

    def connection(self, native_id: str, answers: Mapping[str, Json]) -> dict[str, Json]:
        return connection.connection(native_id, answers)

    def connect(self, account: AccountRef) -> AwsSession:
        """An open session whose credentials are those of this account and no other."""
        session = AwsSession(account, settings.FINGERPRINT_KEY)
        region = (session.connection.get("regions") or [session.home])[0]
        session.begin(region, CREDENTIALS_SECONDS)
        try:
            caller = session.reach(region).ask("sts", "GetCallerIdentity", "Account")
        except (Unsupported, Denied):  # an endpoint without STS; AWS itself never denies this call
            return session
        if str(caller["Account"]) != account.native_id:
            raise BadCredentials(
                f"These credentials belong to account {caller['Account']}, not to {account.native_id}: "
                "give a role of that account, or other credentials.",
                call="sts:GetCallerIdentity",
            )
        session.partition = str(caller.get("Arn") or "arn:aws").split(":")[1]
        return session

    def checks(self, session: AwsSession) -> Iterator[Check]:
        regions = session.connection.get("regions") or [session.home]
        session.begin(GLOBAL, CHECK_SECONDS)
        session.begin(regions[0], CHECK_SECONDS)
        return checks.checks(session, regions[0])

    def discover(self, session: AwsSession) -> Iterator[Discovered]:
        """The organisation's accounts, as its management account or a delegated administrator sees them."""
        session.begin(GLOBAL, CHECK_SECONDS)
        pages = session.reach(GLOBAL).pages(
            "organizations", "ListAccounts", "Accounts", send="NextToken", take="NextToken"
        )
        for account in (account for page in pages for account in page if isinstance(account, dict)):
            paths = account.get("Paths") or []
            yield Discovered(
                native_id=str(account.get("Id") or ""),
                name=str(account.get("Name") or account.get("Id") or ""),
                state=str(account.get("State") or account.get("Status") or ""),
                path=str(paths[0]) if isinstance(paths, list) and paths else "",
            )

    def scopes(self, session: AwsSession) -> Sequence[str]:
        """What is global, then the regions: those of the connection, else all that are enabled or were read before."""
        chosen = session.connection.get("regions")
        session.begin(GLOBAL, CREDENTIALS_SECONDS)
        reach = session.reach(GLOBAL)
        try:
            session.regions.note(reach.ask("ec2", "DescribeRegions", "Regions", AllRegions=True)["Regions"])
        except (Denied, Unsupported, NotApplicable, Throttled, Unreachable):
            found = sorted(connection.regions_of(session.partition))
        else:
            found = session.regions.all_enabled()
        return [GLOBAL, *(chosen or sorted({*found, *session.read_before}))]

    def listings(self, scope: str) -> Sequence[Listing]:
        if scope == GLOBAL:
            return (
                Listing("roles", identities.roles),
                Listing("policies", identities.policies),
                Listing("account", account_settings.account, optional=True),
            )
        return (
            Listing("functions", functions.functions),
            Listing("web functions", webfunctions.web_functions, newer=True),
            Listing("settings", account_settings.settings, optional=True),
        )

    def named(self, scope: str, names: Sequence[str]) -> Sequence[Listing]:
        return (Listing("functions", named.functions(names)),)

    def activity(self, session: AwsSession, scope: str, since: datetime, until: datetime) -> Iterator[LogPage]:
        return activity.activity(session, scope, since, until)

    def use(self, session: AwsSession, scope: str, at: datetime) -> Iterator[UseFact] | None:
        return None if scope == GLOBAL else use.use(session, scope, at)

    def normalize(self, listing: str, raw: Raw) -> Iterable[Observation]:
        return normalize(listing, raw)

    def permissions_document(self, connection: Mapping[str, Json]) -> str:
        return permissions.document(connection)
