"""Options for the training of a recogniser. Imports no pyspark."""

from __future__ import annotations

from dataclasses import dataclass

NER_DL, NER_CRF = "ner_dl", "ner_crf"
ARCHITECTURES = (NER_DL, NER_CRF)


@dataclass(frozen=True)
class TrainingOptions:
    """Options of a training; `dimension` must be one for which the JAR has graphs, such as 100 or 200."""

    architecture: str = NER_DL
    epochs: int = 15
    seed: int = 20261126
    dimension: int = 100
    learning_rate: float = 0.003
    decay: float = 0.005
    batch: int = 16
    dropout: float = 0.5
    vector_epochs: int = 5
    vector_least: int = 2  # occurrences that a word needs to get a vector
    vector_window: int = 5
    types: tuple[str, ...] = ()  # only entities of these types; empty: all
