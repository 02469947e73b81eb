"""What CloudFront runs at the edge stands among a function's triggers."""

from __future__ import annotations

import pytest

from inventory.models import Account, Function
from tests.inventory.record.told import function, read

pytestmark = pytest.mark.django_db

PLACE = {"id": "E1", "arn": "arn:aws:cloudfront::1:distribution/E1", "domain": "d1.cloudfront.net", "enabled": False,
         "qualifier": "3", "runs": ["viewer-request *"]}  # fmt: skip
QUEUE = {"kind": "sqs", "source": "arn:aws:sqs:eu-west-1:1:orders", "state": "Enabled"}


def test_a_distribution_is_a_trigger_with_its_state_and_version(account: Account) -> None:
    read(account, [function("f", triggers={"triggers": [QUEUE]}, edge={"distributions": [PLACE]})])
    row = Function.objects.get()
    listed = list(row.triggers.order_by("kind").values_list("kind", "source", "state", "qualifier"))
    assert listed == [("cloudfront", PLACE["arn"], "Disabled", "3"), ("sqs", QUEUE["source"], "Enabled", "")]
    assert row.trigger_count == 2


def test_where_other_triggers_are_not_known_their_number_is_not(account: Account) -> None:
    read(account, [function("f", edge={"distributions": [PLACE]})])
    row = Function.objects.get()
    assert row.triggers.count() == 1
    assert row.trigger_count is None
