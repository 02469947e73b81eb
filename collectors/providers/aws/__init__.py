"""AWS Lambda: event functions and web functions, the roles they run as, and what surrounds them."""

from collectors.providers.aws.provider import Aws

PROVIDER = Aws()
