"""The estate of Larkfield, an invented retailer: one organisation, and how it stands on each of its days."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from collectors.sandbox.estate.aws.founding import AwsEstate
from collectors.sandbox.estate.aws.state import AwsState
from collectors.sandbox.estate.aws.webfunctions import WEB_FUNCTIONS
from collectors.sandbox.estate.azure.founding import AzureEstate
from collectors.sandbox.estate.azure.state import AzureState
from collectors.sandbox.estate.gcp.founding import GcpEstate
from collectors.sandbox.estate.gcp.state import GcpState
from collectors.sandbox.estate.traps import LAST_DAY

DAYS = LAST_DAY + 1
DEFAULT_BASE = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
DEFAULT_SIZE = 130
GCP_SHARE, AZURE_SHARE = 35 / 130, 30 / 130
"""Google functions and Azure apps for each AWS function."""
SECRET_NAMES = frozenset(
    [
        "SMTP_PASSWORD",
        "DATABASE_URL",
        "HIDDEN",
        "GITHUB_TOKEN",
        "STRIPE_KEY",
        "AWS_ACCESS_KEY",
        "AWS_SECRET",
        "PREVIEW_TOKEN",
        "API_KEY",
    ]
)
"""Variables whose values are canaries: they look like secrets, and must never be found in anything we keep."""


@dataclass(frozen=True)
class EstateDay:
    """All clouds of the organisation on one day."""

    day: int
    aws: AwsState
    gcp: GcpState
    azure: AzureState


class Estate:
    """Deterministic: the same size, seed and base give the same estate, day by day.

    `size` is the number of AWS functions; the other clouds have theirs in proportion. Day d is the state at `base` + d
    days, for d from 0 to 6."""

    def __init__(self, size: int = DEFAULT_SIZE, seed: int = 1, base: datetime = DEFAULT_BASE) -> None:
        if base.tzinfo is None:
            raise ValueError("base needs a time zone")
        self.size, self.seed, self.base = size, seed, base
        self._aws = AwsEstate(size, seed, base, DAYS)
        self._gcp = GcpEstate(round(size * GCP_SHARE), seed, base, DAYS)
        self._azure = AzureEstate(round(size * AZURE_SHARE), seed, base, DAYS)
        self._day = lru_cache(maxsize=DAYS)(self._build)

    def _build(self, day: int) -> EstateDay:
        return EstateDay(day, self._aws.at(day), self._gcp.at(day), self._azure.at(day))

    def at(self, day: int) -> EstateDay:
        if not 0 <= day < DAYS:
            raise ValueError(f"the estate lives from day 0 to day {LAST_DAY}, not on day {day}")
        return self._day(day)

    def canaries(self, day: int = 0) -> frozenset[str]:
        """Every secret-looking value of the day."""
        today = self.at(day)
        environments = [function.environment for function in today.aws.all_functions()]
        environments += [function.environment for function in WEB_FUNCTIONS]
        environments += [function.environment for function in today.gcp.all_functions()]
        found = {value for each in environments for name, value in each.items() if name in SECRET_NAMES}
        return frozenset(found | {app.secret for app in today.azure.all_apps() if app.secret})
