"""Every list that ages says where it comes from, under which licence, and of which day."""

from datetime import date

import pytest

from findings.access.sources import sources


@pytest.mark.parametrize(("provider", "lists"), [("aws", 3), ("gcp", 1), ("azure", 1), ("other", 0)])
def test_lists_name_their_source_and_day(provider: str, lists: int) -> None:
    found = sources(provider)
    assert len(found) == lists
    for one in found:
        assert one.source
        assert one.licence
        assert date.fromisoformat(one.date).year >= 2025
