"""What tests of every part share."""

import pytest

from tests.cast import Cast, build_cast


@pytest.fixture
def cast(db: None) -> Cast:
    """The tiny known world of `tests/cast.py`."""
    return build_cast()
