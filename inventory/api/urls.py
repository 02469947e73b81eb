"""The addresses of the inventory's part of the API, below /api/v1/."""

from django.urls import path, register_converter

from inventory.api import comments, exposure, searched, tables, tokens
from inventory.api.parts import Uid

register_converter(Uid, "uid")

urlpatterns = [
    path("accounts/", tables.AccountList.as_view(), name="api-accounts"),
    path("functions/", searched.FunctionList.as_view(), name="api-functions"),
    path("functions/<uid:uid>/", searched.OneFunction.as_view(), name="api-function"),
    path("identities/", searched.IdentityList.as_view(), name="api-identities"),
    path("identities/<uid:uid>/", searched.OneIdentity.as_view(), name="api-identity"),
    path("bindings/", tables.BindingList.as_view(), name="api-bindings"),
    path("exposure/", exposure.ExposureList.as_view(), name="api-exposure"),
    path("trust/", exposure.TrustList.as_view(), name="api-trust"),
    path("privileges/", tables.PrivilegeList.as_view(), name="api-privileges"),
    path("snapshots/", tables.SnapshotList.as_view(), name="api-snapshots"),
    path("snapshots/<uid:uid>/<int:number>/", tables.OneSnapshot.as_view(), name="api-snapshot"),
    path(
        "snapshots/<uid:uid>/<int:number>/comments/",
        comments.CommentList.as_view(),
        name="api-snapshot-comments",
    ),
    path("changes/", tables.ChangeList.as_view(), name="api-changes"),
    path("activity/", tables.ActivityList.as_view(), name="api-activity"),
    path("tokens/", tokens.TokenList.as_view(), name="api-tokens"),
    path("searches/", tables.SearchList.as_view(), name="api-searches"),
    path("column-sets/", tables.ColumnSetList.as_view(), name="api-column-sets"),
]
