"""How often functions are called: Cloud Monitoring's counts, a question a metric for the whole project.

1st generation functions count executions, those on Cloud Run the requests that reached a container; both are kept for
longer than we look back. Google counts in spans of 24 hours that end at the time of the question: an invocation is
dated to the day on which its span ends, so it may be dated one day late, never early. A function without a time series
was not called.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from collectors.provider import BadAnswer
from collectors.providers.gcp.fetch import calls
from collectors.providers.gcp.naming import place_of, service_name
from collectors.providers.gcp.shape import mapping, objects, text
from collectors.use import day_of, last_day_before, number_of, reduced, window
from inventory.facts import Unread, UseFact

if TYPE_CHECKING:
    from collectors.providers.gcp.call import Call
    from collectors.providers.gcp.reach import Reach
    from collectors.providers.gcp.session import GcpSession

Json = Any
#: (location, short name) → day → count.
Counts = dict[tuple[str, str], dict[date, float]]

#: What counts as an invocation, by how the function runs: metric, resource, and its labels of place, name and outcome.
_EXECUTIONS = ("cloudfunctions.googleapis.com/function/execution_count", "cloud_function",
               ("resource.labels.region", "resource.labels.function_name", "metric.labels.status"))  # fmt: skip
_REQUESTS = (
    "run.googleapis.com/request_count",
    "cloud_run_revision",
    ("resource.labels.location", "resource.labels.service_name", "metric.labels.response_code_class"),
)
#: Outcomes that are no error: of an execution, and classes of answers to a request.
_FINE = frozenset({"ok", "1xx", "2xx", "3xx", "4xx"})
_NO_SERVICE = Unread(
    "The function names no Cloud Run service, under which its calls are counted.", "", "not applicable"
)


@dataclass(frozen=True, slots=True)
class Noted:
    """A function that was listed: its name, the Cloud Run service it runs on ("": none is named), when it was made."""

    first_generation: bool
    name: str
    service: str
    existed_on: date | None


def note(session: GcpSession, scope: str, entry: Mapping[str, Json], name: str) -> None:
    """Keep what is needed of an entry to ask for its metrics after the listings."""
    kind = entry["kind"]
    told = mapping(entry["service"] if kind == "run" else entry["function"] or entry["first"])
    existed = day_of(text(told.get("createTime")) or text(told.get("updateTime")))
    service = name if kind == "run" else service_name(told)
    noted(session, scope).append(Noted(kind == "gen1", name, service, existed))


def noted(session: GcpSession, scope: str) -> list[Noted]:
    """The functions of a location that this session was told of."""
    found: list[Noted] = session.once(("noted", scope), list)
    return found


def use(session: GcpSession, scope: str, at: datetime) -> Iterator[UseFact]:
    """What the metrics say of each function that was listed in the location."""
    reach, begin = session.reach(scope), window(at)[0].date()
    for one in noted(session, scope):
        place = place_of(one.name if one.first_generation else one.service)
        if place == ("", ""):
            yield UseFact(one.name, begin, existed_on=one.existed_on, unread=_NO_SERVICE)
            continue
        called, failed = _counts(session, reach, _EXECUTIONS if one.first_generation else _REQUESTS, at)
        yield reduced(one.name, at, called.get(place, {}), failed.get(place, {}), one.existed_on)


def executions(project: str, at: datetime) -> Call:
    """The question about 1st generation functions for one day only, to see whether it is answered."""
    return calls.time_series(project, *_EXECUTIONS, _written(at - timedelta(days=1)), _written(at))


def _counts(session: GcpSession, reach: Reach, asked: Any, at: datetime) -> tuple[Counts, Counts]:
    """Invocations and errors of all functions of the project; asked once for all locations."""
    return session.once(("use", asked[0], at), lambda: _read(session, reach, asked, at))


def _read(session: GcpSession, reach: Reach, asked: Any, at: datetime) -> tuple[Counts, Counts]:
    metric, resource, labels = asked
    # Whole spans of 24 hours back from now, of which the first begins with the first day looked at, or before.
    spans = (at - window(at)[0]) // timedelta(days=1) + 1
    begin, end = _written(at - timedelta(days=spans)), _written(at)
    called, failed = Counts(), Counts()
    for answer in reach.pages(calls.time_series(session.project, metric, resource, labels, begin, end), "timeSeries"):
        if answer.get("executionErrors"):
            raise BadAnswer("monitoring.timeSeries.list: the counts are not complete.", "monitoring.timeSeries.list")
        for series in objects(answer.get("timeSeries")):
            _add(called, series, labels)
            if _label(series, labels[2]) not in _FINE:
                _add(failed, series, labels)
    return called, failed


def _add(counts: Counts, series: Mapping[str, Json], labels: tuple[str, ...]) -> None:
    days = counts.setdefault((_label(series, labels[0]), _label(series, labels[1])), {})
    for point in objects(series.get("points")):
        day = _ends_on(text(mapping(point.get("interval")).get("endTime")))
        days[day] = days.get(day, 0) + _number(mapping(point.get("value")))


def _label(series: Mapping[str, Json], name: str) -> str:
    """A label of a time series by its full name (resource.labels.location)."""
    whose, _, key = name.split(".")
    return text(mapping(mapping(series.get(whose)).get("labels")).get(key))


def _ends_on(end: str) -> date:
    """The day on which a span ends; one that ends at midnight belongs to the day before."""
    told = last_day_before(end)
    if told is None:
        raise BadAnswer("monitoring.timeSeries.list: a count has no time.")
    return told


def _number(value: Mapping[str, Json]) -> float:
    told = number_of(value.get("int64Value") or value.get("doubleValue") or 0)
    if told is None:
        raise BadAnswer("monitoring.timeSeries.list: a count is no number.")
    return told


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
