"""The zone of trust: what an owner calls "ours", so that everything else is outside."""

from __future__ import annotations

from dataclasses import dataclass

from findings.access.aws.patterns import is_account_id
from findings.access.ladder import Exposure


@dataclass(frozen=True, slots=True)
class Zone:
    """The owning account and what it trusts.

    account: owner of the resource, None when unknown (then no account is ours). accounts: further accounts that are
    ours. organisation: our organisation's id (`o-…`); None: unknown, any organisation named is taken for ours.
    networks: ids of our VPCs and VPC endpoints; None: unknown, every network counts as outside.
    """

    account: str | None = None
    accounts: frozenset[str] = frozenset()
    organisation: str | None = None
    networks: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.account is not None and not is_account_id(self.account):
            raise ValueError(f"not an account id: {self.account!r}")

    def level_of_account(self, account: str) -> Exposure:
        """Where a principal of the account stands on the ladder."""
        if account == self.account:
            return Exposure.SAME_ACCOUNT
        return Exposure.ORGANISATION if account in self.accounts else Exposure.EXTERNAL

    def level_of_organisation(self, organisation: str) -> Exposure:
        """Where the principals of an organisation stand."""
        return Exposure.ORGANISATION if organisation == (self.organisation or organisation) else Exposure.EXTERNAL

    def level_of_network(self, network: str) -> Exposure:
        """Where whoever comes from a VPC or through an endpoint stands."""
        return Exposure.SAME_ACCOUNT if network in (self.networks or ()) else Exposure.EXTERNAL
