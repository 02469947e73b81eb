"""Pages are asked for by a signed-in analyst."""

import pytest
from django.test import Client

from tests.cast import Cast


@pytest.fixture
def analyst(cast: Cast, client: Client) -> Client:
    client.force_login(cast.analyst)
    return client
