"""Spans of a caption in tokens of a model's tokenizer, and what lies past the model's context.

The published loss of ConceptCLIP pools the tokens of a span: it adds 1 to both ends for the mark at the
beginning and takes the end as exclusive. So tokens are counted without marks. Its text encoder's tokenizer is
PUBLISHED, its context CONTEXT tokens with the two marks; of a span past that it would pool the last token.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from medconcept.errors import ConfigError, InputError

PUBLISHED = "microsoft/BiomedNLP-PubMedBERT-base-uncased-abstract-fulltext"
CONTEXT = 77
MARKS = 2  # of the context, at the beginning and at the end


@dataclass(frozen=True)
class TokenizerFile:
    """A tokenizer: the name by which it is known, the SHA-256 of its file, and its definition as JSON."""

    name: str
    sha256: str
    definition: str = field(repr=False)


def read_tokenizer(named: str) -> TokenizerFile:
    """The tokenizer of `NAME=FILE`: a `tokenizer.json`, or the `vocab.txt` of an uncased BERT.

    Raises ConfigError where no name is given or the library is missing, InputError where the file is none.
    """
    name, separator, path = named.partition("=")
    if not separator or not name.strip() or not path:
        raise ConfigError(f"--tokenizer {named}: NAME=FILE is expected, such as {PUBLISHED}=tokenizer.json")
    try:
        content = Path(path).read_bytes()
        text = content.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"--tokenizer {path}: {getattr(error, 'strerror', None) or 'not text'}") from error
    if not text.lstrip().startswith("{"):
        text = _uncased_bert(path, text)
    TokenSpans(text, path)  # now rather than in a worker
    return TokenizerFile(name.strip(), sha256(content).hexdigest(), text)


class TokenSpans:
    """The tokenizer of a definition, for captions one after another."""

    def __init__(self, definition: str, path: str = "tokenizer") -> None:
        """Load it. Raises ConfigError without the library, InputError for a definition that is none."""
        library = _library()
        try:
            self._tokenizer = library.Tokenizer.from_str(definition)
        except Exception as error:  # the library raises nothing more special
            raise InputError(f"--tokenizer {path}: not a tokenizer: {str(error).splitlines()[0]}") from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def of(self, caption: str) -> CaptionTokens:
        """The tokens of a caption, without marks."""
        encoded = self._tokenizer.encode(caption, add_special_tokens=False)
        return CaptionTokens(encoded.tokens, encoded.offsets)


@dataclass(frozen=True)
class CaptionTokens:
    """The tokens of a caption, and the code points of the caption that each stands for."""

    tokens: list[str]
    offsets: list[tuple[int, int]]

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """First and end (exclusive) of the tokens that a span of code points touches; None if it has none.

        >>> caption = CaptionTokens(["a", "mamm", "##ogram"], [(0, 1), (2, 6), (6, 11)])
        >>> caption.span(2, 11), caption.span(1, 2)
        ((1, 3), None)
        """
        touched = [n for n, (a, b) in enumerate(self.offsets) if a < end and b > start and b > a]
        return (touched[0], touched[-1] + 1) if touched else None

    @property
    def context_end(self) -> int | None:
        """The code point of the caption at which the context is full; None if all of it fits."""
        room = CONTEXT - MARKS
        return self.offsets[room - 1][1] if len(self.tokens) > room else None


def token_fields(caption: CaptionTokens, start: int, end: int) -> dict[str, Any]:
    """What a concept of a line has of its tokens, as the published sample names them.

    `past_context` is true where the last of them is not in the context; all are null where there are none.
    """
    span = caption.span(start, end)
    if span is None:
        return dict.fromkeys(("tokens", "start_token", "end_token", "past_context"))
    first, last = span
    return {
        "tokens": caption.tokens[first:last],
        "start_token": first,
        "end_token": last,
        "past_context": last > CONTEXT - MARKS,
    }


def _library() -> Any:
    try:
        import tokenizers
    except ImportError as error:
        raise ConfigError(
            "--tokenizer needs the package tokenizers: pip install medconcept[tokenizer]"
        ) from error
    return tokenizers


def _uncased_bert(path: str, text: str) -> str:
    words = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    vocabulary = {word: n for n, word in enumerate(words)}
    if "[UNK]" not in vocabulary:
        raise InputError(f"--tokenizer {path}: neither a tokenizer.json nor the vocab.txt of a BERT")
    library = _library()
    tokenizer = library.Tokenizer(library.models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = library.normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = library.pre_tokenizers.BertPreTokenizer()
    return json.dumps(json.loads(tokenizer.to_str()), sort_keys=True)
