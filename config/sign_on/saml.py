"""SAML 2.0: metadata read with care, and responses that count only when signed, fresh, for us, and asked for here.

Web browser SSO profile (saml-profiles-2.0-os, 4.1): InResponseTo, audience, recipient and times are checked by
python3-saml in strict mode; that each request is answered once, and each assertion used once, here.
"""

from __future__ import annotations

import hashlib
import time
from typing import Any

from allauth.socialaccount.providers.saml.provider import SAMLProvider
from allauth.socialaccount.providers.saml.utils import build_saml_config, prepare_django_request
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from lxml import etree
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants
from onelogin.saml2.errors import OneLogin_Saml2_Error
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

from config.sign_on.adapter import words
from config.sign_on.fetch import Refused, parts_of

LARGEST = 1_000_000
#: How far two clocks may be apart, in seconds; the library's own is five minutes.
OneLogin_Saml2_Constants.ALLOWED_CLOCK_DRIFT = CLOCK = 120
#: Names that say the same of a person tomorrow, and are no address.
_TRANSIENT = OneLogin_Saml2_Constants.NAMEID_TRANSIENT
_ADDRESS = OneLogin_Saml2_Constants.NAMEID_EMAIL_ADDRESS


class Unfit(Exception):
    """This document or response is not taken; the sentence says why."""


def read_metadata(document: bytes) -> dict[str, Any]:
    """`issuer`, `sign_in` (where to send people) and `certificates` of a provider's metadata. Raises Unfit."""
    if len(document) > LARGEST:
        raise Unfit("This is larger than a megabyte.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise Unfit("This is no XML that can be read.") from fault
    if root.getroottree().docinfo.doctype or any(isinstance(one, etree._Entity) for one in root.iter()):
        raise Unfit("This has a DTD or entities, which metadata never needs.")
    try:
        told = OneLogin_Saml2_IdPMetadataParser.parse(etree.tostring(root)).get("idp", {})
    except (OneLogin_Saml2_Error, KeyError, ValueError, AttributeError) as fault:
        raise Unfit("This is no metadata of a SAML identity provider.") from fault
    several = told.get("x509certMulti", {}).get("signing") or [told.get("x509cert")]
    found = {
        "issuer": told.get("entityId"), "sign_in": told.get("singleSignOnService", {}).get("url"),
        "certificates": [one for one in several if one],
    }  # fmt: skip
    lacking = [word for word, value in found.items() if not value]
    if lacking:
        raise Unfit(f"This metadata lacks of an identity provider: {', '.join(lacking)}.")
    try:
        parts_of(found["sign_in"])
    except Refused as fault:
        raise Unfit(f"Where it sends people: {fault}") from fault
    return found


class Provider(SAMLProvider):  # type: ignore[misc]
    """People as their assertion names them; never by an address, nor by a name that changes each time."""

    id = "saml"

    def auth(self, request: HttpRequest) -> Any:
        """python3-saml's own object for a request of ours, strict."""
        told = self.app.settings["metadata"]
        demanded = {"want_assertion_signed": True, "want_name_id": True, "want_attribute_statement": False,
                    "reject_deprecated_algorithm": True, "allow_single_label_domains": True, "strict": True,
                    "name_id_format": OneLogin_Saml2_Constants.NAMEID_PERSISTENT}  # fmt: skip
        idp = {"entity_id": told["issuer"], "sso_url": told["sign_in"], "x509cert": told["certificates"][0]}
        config = build_saml_config(request, {"idp": idp, "advanced": demanded}, self.app.client_id)
        config["idp"]["x509certMulti"] = {"signing": told["certificates"]}
        return OneLogin_Saml2_Auth(prepare_django_request(request), config)

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any
    ) -> HttpResponse:
        auth = self.auth(request)
        there = auth.login(return_to="")
        self.stash_redirect_state(request, process, next_url, data, state_id=auth.get_last_request_id(), **kwargs)
        return HttpResponseRedirect(there)

    def extract_uid(self, data: Any) -> str:
        return str(data.get_nameid())

    def extract_extra_data(self, data: Any) -> dict[str, Any]:
        return {"groups": words(data.get_attributes().get(self.app.settings["groups_from"]))}

    def extract_common_fields(self, data: Any) -> dict[str, str]:
        told = {name: values[0] for name, values in data.get_attributes().items() if values}
        uid = "urn:oid:0.9.2342.19200300.100.1.1"
        return {"username": str(told.get("username") or told.get("uid") or told.get(uid) or "")[:150]}

    def checked(self, answer: HttpRequest) -> tuple[Any, str]:
        """What a right response says, and which request it answers. Raises Unfit for any other."""
        asked = self._read(answer, None).get_last_response_in_response_to()
        if not asked:
            raise Unfit("Nobody asked for this response here.")
        # Once more, for what is signed must answer the same request as the envelope that is not.
        auth = self._read(answer, asked)
        if auth.get_nameid_format() in (_TRANSIENT, _ADDRESS):
            raise Unfit("The response names people by an address or anew each time; set its NameID to persistent.")
        name = auth.get_nameid() or ""
        if not 0 < len(name) <= 190:
            raise Unfit("The response names nobody.")
        ends = auth.get_last_assertion_not_on_or_after() or int(time.time()) + 3600
        once = hashlib.sha256(f"{self.app.client_id} {auth.get_last_assertion_id()}".encode()).hexdigest()
        if not cache.add(f"saml-{once}", 1, ends - time.time() + CLOCK + 1):
            raise Unfit("This assertion was used before.")
        return auth, asked

    def _read(self, answer: HttpRequest, asked: str | None) -> Any:
        auth = self.auth(answer)
        try:
            auth.process_response(request_id=asked)
        except (OneLogin_Saml2_Error, ValueError, etree.LxmlError) as fault:
            raise Unfit(f"The response was not accepted: {fault}") from fault
        if auth.get_errors() or not auth.is_authenticated():
            raise Unfit(f"The response was not accepted: {auth.get_last_error_reason() or 'nobody signed in'}")
        return auth
