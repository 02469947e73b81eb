"""One function: what it is, what it may do, who may use it, how it is set, what changed, what was done to it."""

from django.urls import path

from findings.pages.function.export import revision
from findings.pages.function.resolve import resolve
from findings.pages.function.view import function

ROUTES = [
    path("functions/<str:uid>/", function, {"tab": "overview"}, name="function"),
    path("functions/<str:uid>/revisions/<int:number>.json", revision, name="function-revision"),
    path("functions/<str:uid>/<slug:tab>/", function, name="function-tab"),
    path("r/", resolve, name="resolve"),
]
