"""One function: what it is, what it may do, who may use it, how it is set, what changed, what was done to it."""

from django.urls import path

from findings.pages.function.export import revision
from findings.pages.function.graph import graph_file
from findings.pages.function.resolve import resolve
from findings.pages.function.view import function
from findings.pages.function.watching import watch

ROUTES = [
    path("functions/<str:uid>/", function, {"tab": "overview"}, name="function"),
    path("functions/<str:uid>/revisions/<int:number>.json", revision, name="function-revision"),
    path("functions/<str:uid>/graph.<slug:ending>", graph_file, name="function-graph-file"),
    path("functions/<str:uid>/watch/", watch, name="function-watch"),
    path("functions/<str:uid>/<slug:tab>/", function, name="function-tab"),
    path("r/", resolve, name="resolve"),
]
