"""Stages that all recognisers trained here share: sentences, fine tokens, and entities as chunks."""

from __future__ import annotations

from typing import Any

# Tokens are runs of letters, digits and combining marks, or single other characters: a name may end at any
# hyphen or slash.
TOKEN_BOUNDARY = r"(?<=[^\p{L}\p{N}\p{M}])|(?=[^\p{L}\p{N}\p{M}])"
TEXT, CHUNK = "text", "ner_chunk"


def tokenisation_stages() -> list[Any]:
    """Return stages that split the column TEXT into sentences and tokens, with offsets into the same text."""
    from sparknlp.annotator import SentenceDetector, Tokenizer
    from sparknlp.base import DocumentAssembler

    return [
        DocumentAssembler().setInputCol(TEXT).setOutputCol("document").setCleanupMode("disabled"),
        SentenceDetector().setInputCols(["document"]).setOutputCol("sentence"),
        Tokenizer().setInputCols(["sentence"]).setOutputCol("token").setSplitPattern(TOKEN_BOUNDARY),
    ]


def chunk_stage(sentence: str = "sentence", token: str = "token", tags: str = "ner") -> Any:
    """Return the stage that joins tagged tokens to chunks."""
    from sparknlp.annotator import NerConverter

    return NerConverter().setInputCols([sentence, token, tags]).setOutputCol(CHUNK)
