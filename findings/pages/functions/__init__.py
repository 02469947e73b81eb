"""Which functions have property X? The list with its query box, facets, columns, exports and peek."""

from django.urls import path

from findings.pages.functions.choices import forget_search, keep_columns, keep_search
from findings.pages.functions.column_sets import forget_set, keep_set
from findings.pages.functions.export import export_csv, export_jsonl
from findings.pages.functions.fragments import check, facet_list, fields_help, peek, suggest
from findings.pages.functions.view import functions

ROUTES = [
    path("functions/", functions, name="functions"),
    path("functions.csv", export_csv, name="functions-csv"),
    path("functions.jsonl", export_jsonl, name="functions-jsonl"),
    path("search/functions/facets/", facet_list, name="functions-facets"),
    path("search/functions/peek/<str:uid>/", peek, name="functions-peek"),
    path("search/functions/columns/", keep_columns, name="functions-columns"),
    path("search/columns/sets/", keep_set, name="columns-save"),
    path("search/columns/sets/<slug:slug>/forget/", forget_set, name="columns-forget"),
    path("search/<slug:listed>/check/", check, name="search-check"),
    path("search/<slug:listed>/suggest/", suggest, name="search-suggest"),
    path("search/<slug:listed>/fields/", fields_help, name="search-fields"),
    path("search/saved/", keep_search, name="search-save"),
    path("search/saved/<slug:slug>/forget/", forget_search, name="search-forget"),
]
