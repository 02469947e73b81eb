"""Google Cloud: functions of both generations and of Cloud Run, the accounts they run as, and what they inherit."""

from collectors.providers.gcp.provider import Gcp

PROVIDER = Gcp()
