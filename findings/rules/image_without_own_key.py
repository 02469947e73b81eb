"""Source and image are encrypted with Google's key."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence]:
    if "encryption" in seen.document and not seen.section("encryption").get("key"):
        yield Evidence("Its source and image are encrypted with Google's key")


RULE = Rule(
    id="image_without_own_key",
    title="Its source and image are not encrypted with a key of yours",
    severity=Severity.LOW,
    subject=Subject.ENCRYPTION,
    why="With a key of your own you can withdraw the code at once, and each use of the key is on record.",
    checks={"gcp": Check(look, needs=("encryption",))},
    fix={
        "gcp": Fix(
            console="Cloud Run functions, the function, Edit, Security: a customer-managed encryption key.",
            cli="gcloud functions deploy NAME --kms-key=KEY --docker-repository=REPOSITORY",
            terraform="google_cloudfunctions2_function: kms_key_name.",
        )
    },
    fails=(function("gcp", encryption={"key": ""}),),
    passes=(function("gcp", encryption={"key": "projects/acme-data/locations/europe-west1/keyRings/a/cryptoKeys/b"}),),
    catalogue=("ENC-04",),
    references=("https://docs.cloud.google.com/functions/docs/securing/cmek",),
)
