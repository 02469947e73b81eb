"""Who outside can run or replace our code? Bindings by tab, a matrix of accounts, exports, trust in third parties."""

from django.urls import path

from findings.pages.exposure.export import exposure_csv, exposure_jsonl
from findings.pages.exposure.trust import end_trust, trust, trusted
from findings.pages.exposure.view import exposure

ROUTES = [
    path("exposure/", exposure, name="exposure"),
    path("exposure.csv", exposure_csv, name="exposure-csv"),
    path("exposure.jsonl", exposure_jsonl, name="exposure-jsonl"),
    path("exposure/trusted/", trusted, name="exposure-trusted"),
    path("exposure/trust/", trust, name="exposure-trust"),
    path("exposure/trust/end/", end_trust, name="exposure-trust-end"),
]
