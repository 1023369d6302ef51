"""The one error of provisioning."""

from medconcept.errors import ConfigError


class ProvisionError(ConfigError):
    """Something a fresh machine needs cannot be found or fetched; the message is one line."""
