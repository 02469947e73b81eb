"""A published version still runs on a runtime whose support has ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity
from inventory.eol import RuntimeLife, runtime_life


def look(seen: Seen) -> Iterator[Evidence]:
    newest = seen.section("config").get("runtime")
    named = _named(seen)
    for runtime, versions in _by_runtime(seen).items():
        life = runtime_life(seen.provider, runtime)
        if runtime == newest or life is None or life.ends > seen.at.date():
            continue
        called = sorted({name for version in versions for name in named.get(version, ())})
        yield Evidence(
            _sentence(runtime, life, versions, called),
            about=runtime,
            severity=None if called else Severity.LOW,
            because="" if called else "no alias leads to these versions; they can still be called by number",
            detail={"versions": versions, "aliases": called},
        )


def _sentence(runtime: str, life: RuntimeLife, versions: list[str], called: list[str]) -> str:
    shown = ", ".join(versions[:5]) + (f" and {len(versions) - 5} more" if len(versions) > 5 else "")
    through = f", called by the alias {', '.join(called)}" if called else ""
    return f"Version {shown} runs on {runtime}, whose support ended on {life.ends} ({life.told_by}){through}"


def _by_runtime(seen: Seen) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in seen.section("published").get("published") or ():
        if one.get("runtime"):
            found[one["runtime"]].append(str(one.get("version")))
    return found


def _named(seen: Seen) -> dict[str, set[str]]:
    """The aliases that lead to each version, also those that send it a share of the calls only."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for alias in seen.section("versions").get("aliases") or ():
        for version in (alias.get("version"), *(alias.get("weights") or {})):
            found[str(version)].add(str(alias.get("name")))
    return found


def is_web(seen: Seen) -> str:
    return "a web function has revisions, no versions" if seen.section("config").get("kind") == "Web Function" else ""


_LIVE = {"aliases": [{"name": "live", "version": "3"}]}

RULE = Rule(
    id="published_runtime_ended",
    title="A published version runs on a runtime whose support has ended",
    severity=Severity.MEDIUM,
    subject=Subject.RUNTIME,
    why="A version keeps the runtime it was published with: updating the function mends nothing for those who call "
    "the version, and the cloud's own notices do not name it.",
    checks={"aws": Check(look, needs=("published", "versions"), applies=is_web)},
    fix={
        "aws": Fix(
            console="Lambda, the function: publish a new version on a supported runtime, point the aliases to it, and "
            "delete the old versions.",
            cli="aws lambda publish-version --function-name NAME; aws lambda update-alias --function-name NAME "
            "--name ALIAS --function-version NEW; aws lambda delete-function --function-name NAME --qualifier OLD",
            terraform="aws_lambda_function: publish = true, and aws_lambda_alias with its newest version.",
        )
    },
    fails=(
        function("aws", config={"runtime": "python3.13"}, versions=_LIVE,
                 published={"published": [{"version": "3", "runtime": "python3.8"}]}),
    ),
    passes=(
        function("aws", config={"runtime": "python3.13"}, versions=_LIVE,
                 published={"published": [{"version": "3", "runtime": "python3.13"}]}),
    ),
    catalogue=("RUN-03",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html",),
)  # fmt: skip
