"""The one error of provisioning."""


class ProvisionError(Exception):
    """Something a fresh machine needs cannot be found or fetched; the message is one line for a person."""
