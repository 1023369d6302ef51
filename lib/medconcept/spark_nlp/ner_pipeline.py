"""The steps that every recogniser made here shares: sentences, fine tokens, and entities as chunks."""

from __future__ import annotations

from typing import Any

# Letters, digits and marks together, every other character alone: a name may end at any hyphen or slash.
EDGE = r"(?<=[^\p{L}\p{N}\p{M}])|(?=[^\p{L}\p{N}\p{M}])"
TEXT, CHUNK = "text", "ner_chunk"


def cut() -> list[Any]:
    """Sentences and tokens of the column TEXT, their offsets those of the text as it stands."""
    from sparknlp.annotator import SentenceDetector, Tokenizer
    from sparknlp.base import DocumentAssembler

    return [
        DocumentAssembler().setInputCol(TEXT).setOutputCol("document").setCleanupMode("disabled"),
        SentenceDetector().setInputCols(["document"]).setOutputCol("sentence"),
        Tokenizer().setInputCols(["sentence"]).setOutputCol("token").setSplitPattern(EDGE),
    ]


def chunks(sentence: str = "sentence", token: str = "token", named: str = "ner") -> Any:
    """The step that joins tagged tokens to chunks."""
    from sparknlp.annotator import NerConverter

    return NerConverter().setInputCols([sentence, token, named]).setOutputCol(CHUNK)
