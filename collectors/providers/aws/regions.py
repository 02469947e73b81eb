"""Which regions of an account are enabled, as far as we know."""

from __future__ import annotations

import re

#: Regions that every account has without asking for them (AWS Account Management guide, "Enable or disable Regions").
DEFAULT = frozenset(
    {
        "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ap-south-1", "ap-northeast-1", "ap-northeast-2",
        "ap-northeast-3", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-west-1", "eu-west-2",
        "eu-west-3", "eu-north-1", "sa-east-1", "cn-north-1", "cn-northwest-1", "us-gov-east-1", "us-gov-west-1",
    }
)  # fmt: skip
_NAME = re.compile(r"^[a-z]{2}(-[a-z]+)+-\d$")


class Regions:
    """The opt-in state of regions; until it was read, only the default regions count as enabled."""

    def __init__(self) -> None:
        self._states: dict[str, str] = {}

    def note(self, described: list[dict[str, object]]) -> None:
        """Remember what DescribeRegions said: entries with RegionName and OptInStatus."""
        self._states = {str(entry.get("RegionName")): str(entry.get("OptInStatus", "")) for entry in described}

    def enabled(self, region: str) -> bool:
        state = self._states.get(region)
        return region in DEFAULT if state is None else state != "not-opted-in"

    def all_enabled(self) -> list[str]:
        return sorted(name for name in self._states if _NAME.match(name) and self.enabled(name))
