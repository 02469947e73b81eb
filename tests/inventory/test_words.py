"""Times, sizes and names as people read them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.safestring import mark_safe

from inventory.templatetags import words
from inventory.templatetags.fanlight import icon

NOW = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=2), "just now"),
        (timedelta(seconds=40), "40 s ago"),
        (timedelta(minutes=12), "12 min ago"),
        (timedelta(hours=26), "26 h ago"),
        (timedelta(days=9), "9 d ago"),
        (timedelta(minutes=-12), "in 12 min"),
        (timedelta(days=500), "2025-07-09"),
    ],
)
def test_times_are_told_in_hours_and_not_as_a_day_ago(ago: timedelta, said: str) -> None:
    assert words.relative(NOW - ago, NOW) == said


def test_sizes_are_binary() -> None:
    assert [words.size(n) for n in (512, 1536, 262_144_000)] == ["512 B", "1.5 KiB", "250 MiB"]


def test_a_long_name_keeps_its_front_and_its_leaf() -> None:
    arn = "arn:aws:lambda:eu-central-1:123456789012:function:a-very-long-name-of-a-function-to-show"
    short = words.middle(arn, 40)
    assert len(short) == 40
    assert short.startswith("arn:aws:lambda:")
    assert short.endswith("function-to-show")
    assert words.middle("short", 40) == "short"


def test_principals_are_called_by_their_leaf() -> None:
    assert words.leaf("arn:aws:sts::123456789012:assumed-role/deploy/build-7") == "deploy/build-7"
    assert words.leaf("arn:aws:iam::123456789012:root") == "root"
    assumed = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Engineer_0f1e2d3c4b5a6978/an-engineer"
    assert words.leaf(assumed) == "Engineer/an-engineer"
    assert words.leaf("someone@example.com") == "someone@example.com"


def test_actions_lose_the_date_of_their_interface() -> None:
    assert words.undated("UpdateFunctionCode20150331v2") == "UpdateFunctionCode"
    assert words.undated("AssumeRole") == "AssumeRole"


def test_an_icon_that_is_drawn_again_is_escaped_whoever_called_it_safe_before() -> None:
    name = '"><script>'
    assert "<script>" not in icon(mark_safe(name))
    assert icon(mark_safe(name)) == icon(name)
    assert icon("icon:clock") == icon("clock")
