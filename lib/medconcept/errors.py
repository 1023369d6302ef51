"""Every error that ends a run: one clear line for the user and an exit code for the scheduler."""

from __future__ import annotations

import re

# An exception of Java: its class, and the first line of its message.
_JAVA = re.compile(r"\b((?:[a-z]\w*\.)+[A-Z][\w$]*(?:Exception|Error|Throwable)): (.*)")
_PATH = re.compile(r"(?:\w+:/|/)[^\s,;'\"()]+")
_OF_TABLE = re.compile(r"/(\w+)/(?:_delta_log/|part-|_change_data/|deletion_vector_)")
_MISSING = r"FileNotFound|NoSuchFile|[Ff]ile does not exist|PATH_(?:NOT_FOUND|DOES_NOT_EXIST)|_FILE_NOT_EXIST"
_DAMAGED = (
    r"not a Parquet file|[Cc]ould not read footer|ParquetDecoding|CANNOT_READ_F|FAILED_READ_FILE|Checksum|"
    r"Encountered error while reading file|can not read class org\.apache\.parquet|TProtocolException|"
    r"EOFException|JsonEOF|JsonParse|MalformedInput|ZstdIO|DELTA_(?:STATE|TRUNCATED|LOG|VERSIONS|MISSING|INVALID)"
)
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


class LakeDamaged(LakeError):
    """A file of the lake is missing or cannot be read."""

    exit_code = 8


class GateFailed(MedconceptError):
    """A staged batch broke a critical expectation and was not committed."""

    exit_code = 5


class SuiteBroken(MedconceptError):
    """An expectation could not be evaluated: the suite is wrong, not the data."""

    exit_code = 6


class LeaseHeld(MedconceptError):
    """Another run is writing to this lake."""

    exit_code = 7


class ExportError(MedconceptError):
    """An export leaves no row, or its folder cannot be written or holds something else."""

    exit_code = 9


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
    # What Spark has translated to Python carries Java's trace apart from its message.
    text = f"{error}\n{getattr(error, '_stackTrace', None) or ''}"
    raised = [match for match in map(_RAISED.match, text.splitlines()) if match]
    for match in reversed(raised):
        if match[1] in classes:
            return classes[match[1]](match[2])
    # The last line of a traceback says what happened; a message without one says it in the first.
    if raised and "Traceback" in text:
        return MedconceptError(f"{doing} failed: {raised[-1][0][:400]}")
    if causes := _JAVA.findall(text):
        return _of_java(causes, doing)
    return MedconceptError(f"{doing} failed: {type(error).__name__}: {first_line(text)[:400]}")


def first_line(text: str) -> str:
    """The first line of a text that is not blank.

    >>> first_line("\\n[PARSE_SYNTAX_ERROR] Syntax error at or near 'SELEKT'.(line 1, pos 0)\\n\\n== SQL ==")
    "[PARSE_SYNTAX_ERROR] Syntax error at or near 'SELEKT'.(line 1, pos 0)"
    """
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def _of_java(causes: list[tuple[str, str]], doing: str) -> MedconceptError:
    """One line about the exceptions of a Java trace, the outermost first: what happened, to what, what to do.

    >>> missing = ("java.io.FileNotFoundException", "File file:/lake/figures/part-0.parquet does not exist")
    >>> _of_java([("org.apache.spark.SparkException", "Job aborted"), missing], "sql")
    LakeDamaged('sql failed: a file of the table figures is missing: file:/lake/figures/part-0.parquet; \
put it back from a copy of the lake, or build the lake again')
    >>> _of_java([("org.apache.spark.SparkArithmeticException", "[DIVIDE_BY_ZERO] Division by zero.")], "sql")
    InputError('sql failed: [DIVIDE_BY_ZERO] Division by zero.')
    """
    for pattern, kind, what in (
        (r"No space left|Disk quota exceeded", LakeError, "the disk is full; make room and run it again"),
        (r"OutOfMemoryError", ConfigError, "Java ran out of memory; raise spark.driver_memory"),
        (r"AccessControl|AccessDenied|Permission denied", LakeError, "may not be read or written"),
        (r"UnknownHost|ConnectException|SocketTimeout", InputError, "the server cannot be reached"),
        (_MISSING, LakeDamaged, "is missing"),
        (_DAMAGED, LakeDamaged, "is damaged"),
    ):
        hits = [" ".join(cause) for cause in causes if re.search(pattern, ": ".join(cause))]
        if not hits:
            continue
        # The path may be in the message of the exception around the one that says what is wrong.
        whole = "\n".join((*hits, *map(" ".join, causes)))
        table, path = _OF_TABLE.search(whole), _PATH.search(whole)
        where = f": {path[0].rstrip('.')}" if path else ""
        if kind is not LakeDamaged:
            return kind(f"{doing} failed: {what}{where}")
        if table is None:
            return InputError(f"{doing} failed: a file {what}{where}")
        file = next((p for p in _PATH.findall(whole) if _OF_TABLE.search(p)), "").rstrip(".")
        return LakeDamaged(
            f"{doing} failed: a file of the table {table[1]} {what}: {file}; put it back from a copy of the "
            "lake, or build the lake again"
        )
    # Errors with a class of Spark's come from what was asked: a division by zero, text that is no number.
    for _, message in reversed(causes):
        if message.startswith("[") and not message.startswith("[INTERNAL"):
            return InputError(f"{doing} failed: {message[:400]}")
    name, message = causes[-1]
    return MedconceptError(f"{doing} failed: {name.rpartition('.')[2]}: {message[:400]}")


def _by_name() -> dict[str, type[MedconceptError]]:
    """The class of this module for each error, by name: subclasses elsewhere may take other arguments."""
    classes: dict[str, type[MedconceptError]] = {"MedconceptError": MedconceptError}
    for family in MedconceptError.__subclasses__():
        todo = [family]
        while todo:
            cls = todo.pop()
            classes[cls.__name__] = cls if cls.__module__ == __name__ else family
            todo.extend(cls.__subclasses__())
    return classes
