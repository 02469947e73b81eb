"""Known weaknesses of the packages that the lock files pin: `make audit`.

Asks pip-audit (in an environment of its own under build/, so that it is nobody's dependency) and `npm audit`. Ends
with 1 when a weakness is known, with 0 otherwise. What could not be looked up is named as *unknown*, never as fine;
with --strict that ends with 2.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import venv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TOOL = ROOT / "build" / "audit"
VERSION = "pip-audit==2.10.1"
LOCKS = ("requirements/base.txt", "requirements/dev.txt")
PATIENCE = 300


@dataclass
class Answer:
    """What came of asking: weaknesses, a line each; packages that somebody answered for; why others are unknown."""

    weak: list[str] = field(default_factory=list)
    known: int = 0
    unknown: list[str] = field(default_factory=list)


def of_pip_audit(said: str) -> Answer:
    """Read `pip-audit --format json`: dependencies have `vulns`, or a `skip_reason` when nobody could tell."""
    found = Answer()
    for package in json.loads(said)["dependencies"]:
        if "skip_reason" in package:
            found.unknown.append(package["skip_reason"])
            continue
        found.known += 1
        for one in package["vulns"]:
            mended = ", ".join(one["fix_versions"]) or "no version yet"
            found.weak.append(f"{package['name']} {package['version']}: {one['id']}, mended in {mended}")
    return found


def of_npm(said: str) -> Answer:
    """Read `npm audit --json`: `vulnerabilities` by name, or an `error`/`message` when the registry did not tell."""
    told: dict[str, Any] = json.loads(said)
    if "vulnerabilities" not in told:
        error = told.get("error") or {}
        return Answer(unknown=[f"npm: {error.get('summary') or told.get('message') or 'no answer'}"])
    weak = [f"{name}: {one['severity']} ({one['range']})" for name, one in told["vulnerabilities"].items()]
    return Answer(weak, told["metadata"]["dependencies"]["total"])


def ran(*command: str) -> str:
    """What a program printed; both auditors end with 1 when they found something."""
    return subprocess.run(  # noqa: S603
        command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
    ).stdout


def asked() -> dict[str, Answer]:
    """Every lock file with the answer to it; a tool that cannot be had or does not answer makes it unknown."""
    found = {}
    try:
        if not (TOOL / "bin" / "pip-audit").exists():
            venv.create(TOOL, with_pip=True)
            subprocess.run([TOOL / "bin" / "pip", "install", "-q", VERSION], check=True, timeout=PATIENCE)  # noqa: S603
        audit = str(TOOL / "bin" / "pip-audit")
        for lock in LOCKS:
            how = ["--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json"]
            found[lock] = of_pip_audit(ran(audit, *how, "--requirement", lock))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        found["requirements"] = Answer(unknown=[f"pip-audit: {error}"])
    try:
        found["package-lock.json"] = of_npm(ran("npm", "audit", "--json"))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        found["package-lock.json"] = Answer(unknown=[f"npm: {error}"])
    return found


def verdict(found: dict[str, Answer], strict: bool) -> int:
    """Say what was found, and the exit code for it."""
    for name, answer in found.items():
        print(f"{name}: {answer.known} packages looked up, {len(answer.weak)} weak, {len(answer.unknown)} unknown")
        for line in answer.weak:
            print(f"  weak     {line}")
        for line in answer.unknown[:5]:
            print(f"  unknown  {line}")
        if len(answer.unknown) > 5:
            print(f"  unknown  … and {len(answer.unknown) - 5} more")
    if any(answer.weak for answer in found.values()):
        return 1
    if any(answer.unknown for answer in found.values()):
        print("Not everything could be looked up: what is unknown is not said to be fine.")
        return 2 if strict else 0
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strict", action="store_true", help="end with 2 when something could not be looked up")
    sys.exit(verdict(asked(), parser.parse_args().strict))
