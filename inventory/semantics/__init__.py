"""What a change means, in sentences: the difference of two documents as lines people read. Pure.

`lines(before, after)` is the whole interface; `risk_of` and `kinds_of` sum lines up for a list or an arrow.
"""

from inventory.semantics.change import describe as lines
from inventory.semantics.line import KINDS, Line, Risk, kinds_of, risk_of

__all__ = ["KINDS", "Line", "Risk", "kinds_of", "lines", "risk_of"]
