"""The System page: is the installation well, what does it run on, what does it keep, and what is it made of."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path

from config.sbom import packages, sbom
from config.system import told
from inventory.clock import now
from inventory.permission import needs, require


@needs("administer")
def system(request: HttpRequest) -> HttpResponse:
    require(request.user, "administer")
    return render(request, "config/system.html", told(now()))


@needs("administer")
def licences(request: HttpRequest) -> HttpResponse:
    """Every package that runs here, with its version and licence."""
    require(request.user, "administer")
    return render(request, "config/licences.html", {"packages": packages()})


@needs("administer")
def bill_of_materials(request: HttpRequest) -> HttpResponse:
    """The same as `manage.py sbom` prints, to keep as a file."""
    require(request.user, "administer")
    headers = {"Content-Disposition": 'attachment; filename="fanlight.cdx.json"'}
    return JsonResponse(sbom(), content_type="application/vnd.cyclonedx+json", headers=headers)


ROUTES = [
    path("settings/system/", system, name="system"),
    path("settings/system/licences/", licences, name="licences"),
    path("settings/system/sbom.json", bill_of_materials, name="sbom"),
]
