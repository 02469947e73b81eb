"""How long the runtime of a function lives, for the rules that ask."""

from __future__ import annotations

from findings.rule import Unsure
from findings.seen import Seen
from inventory.eol import RuntimeLife, runtime_life


def brings_its_own(seen: Seen) -> str:
    """Why the question does not arise: an image has a runtime that no cloud knows of or patches."""
    return "a container image brings its own runtime" if seen.section("config").get("package") == "Image" else ""


def life_of(seen: Seen) -> RuntimeLife | Unsure | None:
    """The life of the function's runtime, why it is not known, or None where the configuration was never read."""
    config = seen.section("config")
    if not config:
        return None
    runtime = str(config.get("runtime") or "")
    if not runtime:
        return Unsure("which runtime it uses stands where it cannot be read without secrets (app settings)")
    found = runtime_life(seen.provider, runtime, seen.section("runtime_management"))
    return found or Unsure(f"neither the cloud nor the table of dates says when the support of {runtime} ends")
