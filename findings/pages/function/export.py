"""One revision as a JSON file."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404

from findings.pages.function.subject import subject_of
from inventory.comments import comment_json, comments_on
from inventory.permission import needs


@needs("view")
def revision(request: HttpRequest, uid: str, number: int) -> HttpResponse:
    subject = subject_of(request, uid)
    snapshot = get_object_or_404(subject.resource.snapshots, number=number)
    told = {
        "native_id": subject.function.native_id,
        "revision": snapshot.number,
        "at": snapshot.at,
        "changed_after": snapshot.changed_after,
        "changed": snapshot.changed,
        "became_readable": snapshot.became_readable,
        "unread": snapshot.unread,
        "comments": [comment_json(one) for one in comments_on([snapshot.pk]).get(snapshot.pk, [])],
        "document": snapshot.document,
    }
    answer = JsonResponse(told, json_dumps_params={"indent": 2, "ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="{subject.function.uid}-{number}.json"'
    return answer
