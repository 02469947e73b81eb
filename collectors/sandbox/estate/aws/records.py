"""What is on record in Larkfield's accounts: trails of calls, and recorders of configurations."""

from dataclasses import dataclass

from collectors.sandbox.estate.aws.accounts import DEV, ENABLED_REGIONS, FRANKFURT, LAB, MANAGEMENT, PAYMENTS


@dataclass(frozen=True)
class Trail:
    """A trail of calls; `functions` are those whose invocations it records: ARNs, "arn:aws:lambda" for all."""

    name: str
    account: str
    functions: tuple[str, ...] = ()

    @property
    def arn(self) -> str:
        return f"arn:aws:cloudtrail:{FRANKFURT}:{self.account}:trail/{self.name}"


#: Recorded for the whole organisation: changes only.
CHANGES = Trail("larkfield-changes", MANAGEMENT)
#: Payments records calls, too.
CALLS = Trail("payments-calls", PAYMENTS, ("arn:aws:lambda",))


def trails(account: str) -> list[Trail]:
    """The trails an account sees in every region."""
    return [CHANGES, CALLS] if account == PAYMENTS else [CHANGES]


def records_functions(account: str, region: str) -> bool | None:
    """Whether AWS Config records functions there; None where it has no recorder."""
    if account == LAB or region not in ENABLED_REGIONS:
        return None
    return account != DEV
