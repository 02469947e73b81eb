"""The invented organisation of Larkfield and its life: what there is, day by day, and what was planted in it."""

from collectors.sandbox.estate.aws import cast_access, cast_entry, cast_paths, cast_power, cast_setup, webfunctions
from collectors.sandbox.estate.azure import cast_access as azure_access
from collectors.sandbox.estate.azure import cast_power as azure_power
from collectors.sandbox.estate.estate import DEFAULT_BASE, DEFAULT_SIZE, SECRET_NAMES, Estate, EstateDay
from collectors.sandbox.estate.gcp import cast_access as gcp_access
from collectors.sandbox.estate.gcp import cast_power as gcp_power
from collectors.sandbox.estate.traps import LAST_DAY, Trap

TRAPS: tuple[Trap, ...] = (
    *cast_access.TRAPS,
    *cast_power.TRAPS,
    *cast_paths.TRAPS,
    *cast_entry.TRAPS,
    *cast_setup.TRAPS,
    *webfunctions.TRAPS,
    *gcp_access.TRAPS,
    *gcp_power.TRAPS,
    *azure_access.TRAPS,
    *azure_power.TRAPS,
)

__all__ = ["DEFAULT_BASE", "DEFAULT_SIZE", "LAST_DAY", "SECRET_NAMES", "TRAPS", "Estate", "EstateDay", "Trap"]
