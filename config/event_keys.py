"""Keys by which the signed tokens of event senders are checked: fetched through the same guarded way as sign-on."""

from __future__ import annotations

from typing import Any

import requests

from collectors.receiving.sender import NotTheSender
from config.sign_on.fetch import Session


def key_set(address: str) -> Any:
    """The JSON at an address of an issuer. Raises NotTheSender when it cannot be had: then nothing is believed."""
    try:
        with Session() as session:
            answer = session.get(address)
            if answer.status_code != requests.codes.ok:
                raise NotTheSender(f"The issuer's keys could not be fetched: {answer.status_code}.")
            return answer.json()
    except requests.RequestException as fault:
        raise NotTheSender(f"The issuer's keys could not be fetched: {fault}") from fault
