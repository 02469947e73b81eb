"""Azure Functions: function apps and their slots, the identities they run as, and what surrounds them."""

from collectors.providers.azure.provider import Azure

PROVIDER = Azure()
