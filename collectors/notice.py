"""What one event of a cloud says: where something was changed, and by whom. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from inventory.facts import ActivityFact


@dataclass(frozen=True, slots=True)
class Notice:
    """An event that is about something we read.

    `event_id` is the cloud's, by which a repetition is known. `account` is the account's native id in lower case,
    `scope` where it happened, as the provider names its scopes ("" for the account's only one). `names` are the native
    ids of the functions to read; none, with `whole`, stands for all of the scope; neither: there is nothing to read.
    `fact` is the event as an entry of the log; `also` are other ids under which the inventory may know its subject.
    """

    event_id: str
    account: str
    scope: str
    names: tuple[str, ...] = ()
    whole: bool = False
    fact: ActivityFact | None = None
    also: tuple[str, ...] = ()
