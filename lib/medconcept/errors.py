"""Every error that ends a run: one clear line for the user and an exit code for the scheduler."""

from __future__ import annotations

import re

# An exception as named in the traceback of a worker that Spark passes on.
_RAISED = re.compile(r"^(?:\w+\.)*(\w+): (.*)$")


class MedconceptError(Exception):
    """Something the user can act on; the message is one line that names the input and the reason."""

    exit_code = 1


class ConfigError(MedconceptError):
    """The configuration is missing, malformed, or names an unknown key."""

    exit_code = 2


class InputError(MedconceptError):
    """An input is missing, empty, or not of its stated format."""

    exit_code = 3


class LakeError(MedconceptError):
    """The lake cannot be written, is of another format, or holds no such table or version."""

    exit_code = 4


class GateFailed(MedconceptError):
    """A staged batch broke a critical expectation and was not committed."""

    exit_code = 5


class SuiteBroken(MedconceptError):
    """An expectation could not be evaluated: the suite is wrong, not the data."""

    exit_code = 6


class LeaseHeld(MedconceptError):
    """Another run is writing to this lake."""

    exit_code = 7


def as_medconcept_error(error: Exception, doing: str) -> MedconceptError:
    """The error to show to a user: `error` itself, the one raised in a worker, or one line about it.

    >>> as_medconcept_error(LakeError("no commit 7"), "diff")
    LakeError('no commit 7')
    >>> as_medconcept_error(Exception("Traceback …\\nmedconcept.errors.InputError: x.obo: not OBO\\n"), "job")
    InputError('x.obo: not OBO')
    >>> as_medconcept_error(ValueError("of what?"), "parse_articles")
    MedconceptError('parse_articles failed: ValueError: of what?')
    """
    if isinstance(error, MedconceptError):
        return error
    classes = _by_name()
    raised = [match for match in map(_RAISED.match, str(error).splitlines()) if match]
    for match in reversed(raised):
        if match[1] in classes:
            return classes[match[1]](match[2])
    # The last line of a traceback says what happened; a message without one says it in the first.
    lines = str(error).splitlines() or [""]
    line = raised[-1][0] if raised and "Traceback" in str(error) else f"{type(error).__name__}: {lines[0]}"
    return MedconceptError(f"{doing} failed: {line[:400]}")


def _by_name() -> dict[str, type[MedconceptError]]:
    """The class of this module for each error, by name: subclasses elsewhere may take other arguments."""
    classes: dict[str, type[MedconceptError]] = {"MedconceptError": MedconceptError}
    for family in MedconceptError.__subclasses__():
        todo = [family]
        while todo:
            cls = todo.pop()
            classes[cls.__name__] = family
            todo.extend(cls.__subclasses__())
    return classes
