"""Every error that ends a run: one clear line for the user and an exit code for the scheduler."""


class MedconceptError(Exception):
    """Something the user can act on; the message is one line that names the input and the reason."""

    exit_code = 1


class ConfigError(MedconceptError):
    """The configuration is missing, malformed, or names an unknown key."""

    exit_code = 2


class InputError(MedconceptError):
    """An input is not there, is empty, or cannot be read as what it claims to be."""

    exit_code = 3


class LakeError(MedconceptError):
    """The lake cannot be written, is of another format, or holds no such table or version."""

    exit_code = 4


class GateFailed(MedconceptError):
    """A staged batch broke a critical expectation; nothing of it was committed."""

    exit_code = 5


class SuiteBroken(MedconceptError):
    """An expectation could not be evaluated: the suite is wrong, not the data."""

    exit_code = 6


class LeaseHeld(MedconceptError):
    """Another run is writing to this lake."""

    exit_code = 7
