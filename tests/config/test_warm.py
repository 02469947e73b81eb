"""What the web server has at hand before its first request."""

from __future__ import annotations

import gc

from config.warm import load_facts
from findings.access.aws.actions import all_actions
from findings.access.aws.masks import power_masks, service_masks


def test_the_facts_about_actions_are_loaded_before_anybody_asks() -> None:
    facts = (all_actions, power_masks, service_masks)
    for one in facts:
        one.cache_clear()
    try:
        load_facts()
        assert [one.cache_info().currsize for one in facts] == [1, 1, 1]
    finally:
        gc.unfreeze()
