"""Single sign-on over SAML: the metadata that is taken, and responses that are not."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from config.sign_on.saml import LARGEST, Unfit, read_metadata
from inventory.clock import now
from inventory.models import GroupRole, IdentityProvider, User
from tests.config.test_settings_pages import signed_in

pytestmark = pytest.mark.django_db
ISSUER, SIGN_IN, HOST = "https://login.example.org/saml", "https://login.example.org/saml/sign-in", "testserver"

SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2046, 1, 1, tzinfo=UTC)


def pair() -> tuple[str, str]:
    """A key and a certificate for it, as PEM."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "login.example.org")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, SINCE, UNTIL)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return secret.decode(), made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


OURS, FOREIGN = pair(), pair()


def metadata(issuer: str = ISSUER, certificate: str = OURS[1]) -> str:
    bare = "".join(certificate.split("\n")[1:-2])
    return (
        f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{issuer}">'
        '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        '<KeyDescriptor use="signing">'
        f'<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>{bare}</X509Certificate>'
        "</X509Data></KeyInfo></KeyDescriptor><SingleSignOnService "
        f'Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{SIGN_IN}"/></IDPSSODescriptor>'
        "</EntityDescriptor>"
    )


@pytest.fixture(autouse=True)
def _nobody_tried_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def office() -> IdentityProvider:
    told = read_metadata(metadata().encode())
    made = IdentityProvider(
        kind="saml", name="Office", issuer=told["issuer"], metadata=told, enabled=True, made_at=now()
    )
    made.save()
    GroupRole.objects.create(provider=made, name="security", role="viewer")
    return made


def begun(client: Client, office: IdentityProvider) -> str:
    """The id of the request with which we send somebody to the provider."""
    there = client.get(f"/sign-in/with/{office.key}/", HTTP_HOST=HOST).headers["Location"]
    assert there.startswith(SIGN_IN)
    asked = zlib.decompress(base64.b64decode(parse_qs(urlsplit(there).query)["SAMLRequest"][0]), -15).decode()
    found = re.search(r' ID="([^"]+)"', asked)
    assert found
    return found[1]


def response(office: IdentityProvider, asked: str, key: tuple[str, str] | None = OURS, **changed: Any) -> str:
    """The response of a provider, with its assertion signed; `changed` is what a test has otherwise."""
    here = f"http://{HOST}/sign-in/saml/{office.key}"
    told = {"issuer": ISSUER, "audience": f"{here}/metadata/", "recipient": f"{here}/acs/", "asked": asked,
            "answers": asked, "name": "u-1", "late": 0, "format": "persistent", "id": "_assertion-1",
            **changed}  # fmt: skip

    def at(seconds: int) -> str:
        return (datetime.now(UTC) + timedelta(seconds=seconds + told["late"])).strftime("%Y-%m-%dT%H:%M:%SZ")

    version = "2.0" if told["format"] in ("persistent", "transient") else "1.1"
    assertion = (
        f'<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{told["id"]}" Version="2.0" '
        f'IssueInstant="{at(0)}"><saml:Issuer>{told["issuer"]}</saml:Issuer><saml:Subject><saml:NameID '
        f'Format="urn:oasis:names:tc:SAML:{version}:nameid-format:{told["format"]}">{told["name"]}</saml:NameID>'
        '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData '
        f'InResponseTo="{told["asked"]}" Recipient="{told["recipient"]}" NotOnOrAfter="{at(300)}"/>'
        f'</saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="{at(-5)}" NotOnOrAfter="{at(300)}">'
        f"<saml:AudienceRestriction><saml:Audience>{told['audience']}</saml:Audience></saml:AudienceRestriction>"
        f'</saml:Conditions><saml:AuthnStatement AuthnInstant="{at(0)}" SessionIndex="1"><saml:AuthnContext>'
        "<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>"
        '</saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name="groups">'
        "<saml:AttributeValue>security</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>"
    )
    if key:
        assertion = OneLogin_Saml2_Utils.add_sign(assertion, *key).decode().split("?>")[-1]
    return (
        f'<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_response-1" Version="2.0" '
        f'IssueInstant="{at(0)}" Destination="{told["recipient"]}" InResponseTo="{told["answers"]}">'
        f'<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">{told["issuer"]}</saml:Issuer><samlp:Status>'
        '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
        f"{assertion}</samlp:Response>"
    )


def posted(client: Client, office: IdentityProvider, document: str) -> Any:
    """What a browser does with the provider's page: a POST from another site, then our own cookie."""
    body = {"SAMLResponse": base64.b64encode(document.encode()).decode()}
    answer = client.post(f"/sign-in/saml/{office.key}/acs/", body, HTTP_HOST=HOST)
    assert answer.status_code == 302
    return client.get(answer.headers["Location"], HTTP_HOST=HOST)


def inside(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


def test_a_right_response_lets_somebody_in_by_issuer_and_name(client: Client, office: IdentityProvider) -> None:
    answer = posted(client, office, response(office, begun(client, office)))
    assert answer.status_code == 302, answer.content
    assert inside(client)
    known = SocialAccount.objects.get()
    assert (known.provider, known.uid, known.user.role) == (office.key, "u-1", "viewer")


FORGED: dict[str, Callable[[IdentityProvider, str], str]] = {
    "not signed": lambda office, asked: response(office, asked, None),
    "signed with another key": lambda office, asked: response(office, asked, FOREIGN),
    "changed after it was signed": lambda office, asked: response(office, asked).replace(">u-1<", ">u-2<"),
    "of another issuer": lambda office, asked: response(office, asked, issuer="https://other.example.org"),
    "for another audience": lambda office, asked: response(office, asked, audience="https://other.example.org"),
    "for another recipient": lambda office, asked: response(office, asked, recipient="https://other.example.org/acs"),
    "expired": lambda office, asked: response(office, asked, late=-300 - 121),
    "from the future": lambda office, asked: response(office, asked, late=5 + 121 + 5),
    "an answer to no request": lambda office, asked: response(office, asked).replace(f' InResponseTo="{asked}"', "", 1),
    "an answer to another request": lambda office, asked: response(office, "_another"),
    "another answer in the envelope of this one": lambda office, asked: response(office, "_another", answers=asked),
    "about an address": lambda office, asked: response(office, asked, format="emailAddress", name="nora@example.org"),
    "about somebody who is named anew each time": lambda office, asked: response(office, asked, format="transient"),
    "with an entity": lambda office, asked: f'<!DOCTYPE a [<!ENTITY b "c">]>{response(office, asked)}',
    "wrapped around another": lambda office, asked: _wrapped(response(office, asked)),
    "nonsense": lambda office, asked: "nonsense",
}


def _wrapped(document: str) -> str:
    """The signed assertion put aside, and one that is not signed in its place."""
    found = re.search(r"<saml:Assertion .*</saml:Assertion>", document, re.DOTALL)
    assert found
    bare = re.sub(r"<ds:Signature.*</ds:Signature>", "", found[0], flags=re.DOTALL)
    forged = bare.replace("_assertion-1", "_assertion-2").replace(">u-1<", ">admin<")
    return document.replace(found[0], f"{forged}<samlp:Extensions>{found[0]}</samlp:Extensions>")


@pytest.mark.parametrize("forged", list(FORGED))
def test_a_response_is_refused_that_is(client: Client, office: IdentityProvider, forged: str) -> None:
    answer = posted(client, office, FORGED[forged](office, begun(client, office)))
    assert answer.status_code == 401, forged
    assert not inside(client)
    assert not User.objects.exists()


def test_a_response_counts_once_and_only_in_the_browser_that_asked(client: Client, office: IdentityProvider) -> None:
    document = response(office, begun(client, office))
    assert posted(Client(), office, document).status_code == 401
    cache.clear()
    assert posted(client, office, document).status_code == 302
    client.post("/sign-in/logout/")
    assert posted(client, office, document).status_code == 401
    other = response(office, begun(client, office))
    assert posted(client, office, other).status_code == 401, "the same assertion under another request"


ENTITIES = '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;&b;&b;">]>'


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (ENTITIES + metadata(), "DTD"),
        (f'<!DOCTYPE a SYSTEM "file:///etc/passwd">{metadata()}', "DTD"),
        ((ENTITIES + metadata()).encode("utf-16"), "DTD"),
        ("x" * (LARGEST + 1), "larger than a megabyte"),
        ("{}", "no XML"),
        ("<a/>", "lacks"),
        (metadata().replace(SIGN_IN, "http://127.0.0.1/"), "Only https"),
        (metadata().replace("IDPSSO", "SPSSO"), "lacks"),
    ],
)
def test_metadata_is_refused_with_the_reason(document: str | bytes, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        read_metadata(document if isinstance(document, bytes) else document.encode())


def test_metadata_is_uploaded_and_ours_is_offered(cast: Any) -> None:
    chief = signed_in("chief", "admin")
    told = {"name": "Office", "groups_from": "groups"}
    bad = chief.post("/settings/sign-on/add/saml/", {**told, "document": SimpleUploadedFile("m.xml", b"<a/>")})
    assert bad.status_code == 422
    good = SimpleUploadedFile("m.xml", metadata().encode())
    page = chief.post("/settings/sign-on/add/saml/", {**told, "document": good}).headers["Location"]
    office = IdentityProvider.objects.get()
    assert (office.issuer, office.enabled) == (ISSUER, False)
    other = SimpleUploadedFile("m.xml", metadata("https://other.example.org").encode())
    assert chief.post(page, {**told, "document": other}).status_code == 422, "an issuer is never exchanged"
    ours = Client().get(f"/sign-in/saml/{office.key}/metadata/", HTTP_HOST=HOST).content.decode()
    assert f"/sign-in/saml/{office.key}/acs/" in ours
    assert 'WantAssertionsSigned="true"' in ours
