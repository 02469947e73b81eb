"""What of a site changes by itself, or says nothing: left out of what is kept, so that it makes no history.

`lastModifiedTimeUtc` stays: it is in no section, but tells that something was deployed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inventory.history import canonical, digest

Json = Any

#: Properties of a site that the platform sets as it runs it.
VOLATILE = frozenset(
    {
        "availabilityState", "contentAvailabilityState", "runtimeAvailabilityState", "usageState", "suspendedTill",
        "slotSwapStatus", "inProgressOperationId", "functionExecutionUnitsCache", "trafficManagerHostNames",
        "buildVersion", "targetBuildVersion", "homeStamp", "webSpace", "selfLink", "siteProperties", "csrs", "cers",
        "sslCertificates", "owner", "adminEnabled", "serverFarm", "deploymentId", "afdEnabled", "inboundIpAddress",
        "possibleInboundIpAddresses", "inboundIpv6Address", "possibleInboundIpv6Addresses", "outboundIpAddresses",
        "possibleOutboundIpAddresses", "outboundIpv6Addresses", "possibleOutboundIpv6Addresses", "ftpsHostName",
        "ftpUsername", "storageRecoveryDefaultState", "maxNumberOfWorkers", "eligibleLogCategories", "geoDistributions",
        "customDomainVerificationId", "repositorySiteName", "hostingEnvironmentId", "siteMode", "computeMode",
    }
)  # fmt: skip


def lasting(row: Mapping[str, Json]) -> dict[str, Json]:
    """A site's row without what is volatile."""
    properties = row.get("properties")
    if not isinstance(properties, Mapping):
        return dict(row)
    return {**row, "properties": {key: value for key, value in properties.items() if key not in VOLATILE}}


def revision(*parts: Json) -> str:
    """A mark that changes when one of the parts does."""
    return digest([canonical(part) for part in parts])
