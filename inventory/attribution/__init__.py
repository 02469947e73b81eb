"""Who made a change: the entries of a cloud's log weighed against what differs. Pure.

`attribute(happening, acts, log)` is the whole interface. An act counts only when it succeeded, happened between the
last reading without the change and the first one with it, names the resource, is a verb able to make that kind of
change, and says nothing that contradicts it (another policy, another statement). Two actors who may both have done it
are told as candidates, never as the one who did.
"""

from inventory.attribution.match import Act, Claim, Happening, Log, Told, Verdict, attribute
from inventory.attribution.verbs import Reach, reach_of

__all__ = ["Act", "Claim", "Happening", "Log", "Reach", "Told", "Verdict", "attribute", "reach_of"]
