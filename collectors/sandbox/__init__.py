"""Local clouds with an estate of their own, spoken to by the real SDKs: for the demo, the tests, the benchmarks.

`estate/` says what there is and how it changes, one folder (`aws/` …) a cloud answers in that cloud's own words,
`server.py` carries it over HTTP. A further cloud is a `Cloud` (see `wire.py`) added in `Sandbox.__init__`."""

from collectors.sandbox.server import RunningSandbox, Sandbox

__all__ = ["RunningSandbox", "Sandbox"]
