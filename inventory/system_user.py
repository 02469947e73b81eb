"""Who asks when nobody signed in: the operator at the command line sees everything."""

from __future__ import annotations


class Operator:
    """Stands where a signed-in person stands; has the machine, so has everything."""

    is_authenticated = True
    is_superuser = True
    is_active = True
    pk = None


EVERYTHING = Operator()
