"""A log sink drops what the function logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from findings.access.kleene import every, negate, some
from findings.example import function, with_
from findings.log_filter import Entries, read
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity

Json = Any
#: The logs that functions write to, by how they run (cloud.google.com/run/docs/logging, /functions/docs/monitoring).
_RUN = frozenset(f"run.googleapis.com/{name}" for name in ("stdout", "stderr", "requests", "varlog/system"))
_FIRST = frozenset({"cloudfunctions.googleapis.com/cloud-functions"})


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    entries, sinks = _entries(seen), seen.of_account("sinks").get("sinks") or ()
    kept: dict[str, bool | None] = {}
    dropped: list[tuple[str, str, bool | None]] = []
    for sink in sinks:
        name, puzzles = str(sink.get("name", "")), list[str]()
        takes = None if sink.get("disabled") else _through(sink, entries, puzzles)
        drops = {str(one.get("name", "")): _through(one, entries, puzzles) for one in _enabled(sink)}
        for puzzle in puzzles:
            yield Unsure(f"a filter of the sink {name} is not understood: {puzzle}")
        if sink.get("disabled") or takes is False:
            kept[name] = False
            continue
        kept[name] = None if puzzles else every([takes, negate(some(drops.values()))])
        dropped += [(name, exclusion, told) for exclusion, told in drops.items() if told is not False and not puzzles]
    yield from _faults(kept, dropped)


def _faults(kept: Mapping[str, bool | None], dropped: list[tuple[str, str, bool | None]]) -> Iterator[Evidence]:
    whole = next((name for name, told in kept.items() if told), "")
    for sink, exclusion, told in dropped:
        because = f"the sink {whole} keeps them all" if whole else "" if told else "it drops a part of them only"
        yield Evidence(
            f"The exclusion {exclusion} of the sink {sink} drops {'all' if told else 'some'} of its log entries",
            about=f"{sink} {exclusion}", severity=Severity.LOW if because else None, because=because,
        )  # fmt: skip
    if kept and not dropped and all(told is False for told in kept.values()):
        yield Evidence("No log sink of the project keeps its log entries", about="no sink")


def _enabled(sink: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    return [one for one in sink.get("exclusions") or () if not one.get("disabled")]


def _through(holder: Mapping[str, Json], entries: Entries, puzzles: list[str]) -> bool | None:
    """What a filter takes; where it is not understood, that is noted, and anything may be."""
    takes, puzzle = read(str(holder.get("filter") or ""), entries)
    if puzzle:
        puzzles.append(puzzle)
    return takes


def _entries(seen: Seen) -> Entries:
    config = seen.section("config")
    first = "1st gen" in str(config.get("kind"))
    service = str((config.get("native") or {}).get("service") or "").rsplit("/", 1)[-1] or seen.name
    kind, place, called = ("cloud_function", "region", "function_name") if first else (
        "cloud_run_revision", "location", "service_name")  # fmt: skip
    labels = {place: seen.region, called: seen.name if first else service, "project_id": seen.account}
    fields = {"resource.type": kind, **{f"resource.labels.{name}": value for name, value in labels.items()}}
    return Entries(fields, _FIRST if first else _RUN)


def _with(*exclusions: str, disabled: bool = False) -> Seen:
    listed = [{"name": f"drop-{place}", "filter": text} for place, text in enumerate(exclusions)]
    sink = {"name": "_Default", "filter": 'NOT LOG_ID("cloudaudit.googleapis.com/activity")', "disabled": disabled}
    document = {"sinks": {"sinks": [sink | {"exclusions": listed}]}}
    return with_(function("gcp", config={"kind": "Cloud Run function"}), account_document=document)


_DROPS = 'resource.type="cloud_run_revision" AND resource.labels.service_name="checkout"'
_SPARES = 'resource.type=("k8s_container" OR "gce_instance")'

RULE = Rule(
    id="logs_dropped",
    title="A log sink drops what it logs",
    severity=Severity.MEDIUM,
    subject=Subject.LOGGING,
    why="What an exclusion drops is kept nowhere: after an incident nobody can look at what the function did.",
    checks={"gcp": Check(look, needs=("config", "account:sinks"))},
    fix={
        "gcp": Fix(
            console="Logging, Log router, the sink, Edit sink: remove the exclusion, or narrow it to what is noise.",
            cli="gcloud logging sinks update SINK --remove-exclusions=EXCLUSION --project=PROJECT",
            terraform="google_logging_project_sink: exclusions; google_logging_project_exclusion.",
        )
    },
    fails=(_with(_DROPS), _with(f"severity < ERROR AND {_DROPS}"), _with(disabled=True)),
    passes=(_with(), _with(_SPARES)),
    catalogue=("LOG-06",),
    references=("https://docs.cloud.google.com/logging/docs/routing/overview#exclusions",),
)
