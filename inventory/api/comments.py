"""Comments on a revision: to read, and to add to."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.body import said as said_in
from inventory.api.pages import NewestFirst
from inventory.api.shapes import NewComment, RevisionCommentShape
from inventory.api.views import Rows
from inventory.clock import now
from inventory.comments import WrongComment, comment
from inventory.models import Account, RevisionComment, Snapshot
from inventory.permission import needs, require

ABOUT = "resource__account"


@needs("view")
@needs("triage", "POST")
class CommentList(Rows[RevisionComment]):
    """Comments on a revision, newest first; POST adds one. Who wrote one withdraws it on the page."""

    serializer_class = RevisionCommentShape
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[RevisionComment]:
        if getattr(self, "swagger_fake_view", False):
            return RevisionComment.objects.none()
        return RevisionComment.objects.filter(snapshot=self._snapshot())

    @extend_schema(operation_id="snapshots_comments_create", request=NewComment, responses={201: RevisionCommentShape})
    def post(self, request: Request, uid: str, number: int) -> Response:
        snapshot = self._snapshot()
        require(request.user, "triage", snapshot.resource.account)
        try:
            made = comment(snapshot, said_in(request, NewComment)["text"], request, now())
        except WrongComment as wrong:
            raise ValidationError({"text": [str(wrong)]}) from wrong
        return Response(RevisionCommentShape(made).data, HTTPStatus.CREATED)

    def _snapshot(self) -> Snapshot:
        """The revision of the address. Raises Http404 for one that whoever asks may not see."""
        told: dict[str, Any] = self.kwargs
        visible = Account.objects.visible_to(self.request.user).limit(Snapshot.objects.select_related(ABOUT), ABOUT)
        return get_object_or_404(visible, resource__uid=told["uid"], number=told["number"])
