"""`train_ner`: train a recogniser from gold files and save it with its card, in a folder for each version."""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import random
import time
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from medconcept import __version__
from medconcept.config import Config, settings_digest
from medconcept.errors import ConfigError, InputError
from medconcept.evaluation.common_types import annotated_types, completed
from medconcept.evaluation.documents import Document
from medconcept.evaluation.gold import read_gold
from medconcept.evaluation.recognition_score import recognition
from medconcept.library.linker_settings import linker_sources, make_linker
from medconcept.linking.linker import Linker
from medconcept.runtime.stdout import StdoutToStderr
from medconcept.spark_nlp.bio_tags import count_by_type, entities_to_recognise
from medconcept.spark_nlp.model_card import CARD, LATEST, MODEL, READABLE, as_json, as_markdown
from medconcept.spark_nlp.training_options import NER_CRF, NER_DL, TrainingOptions


@dataclass(frozen=True)
class Corpus:
    """A gold file: its documents, counts of unusable annotations, and its licence."""

    path: str
    format: str
    documents: tuple[Document, ...]
    left_out: dict[str, int]
    licence: str
    labelled: dict[str, int] = field(default_factory=dict)  # entities by the dictionary, not of the corpus

    def card_entry(self, types: Sequence[str]) -> dict[str, Any]:
        """Its entry in the card, without any path of this machine."""
        data = Path(self.path).read_bytes()
        entities = [entities_to_recognise(document, types) for document in self.documents]
        return {
            "file": Path(self.path).name, "format": self.format, "documents": len(self.documents),
            "entities": count_by_type(entities), "left_out": self.left_out, "licence": self.licence,
            "labelled_by_dictionary": self.labelled, "sha256": hashlib.sha256(data).hexdigest(),
        }  # fmt: skip


def run(arguments: argparse.Namespace, config: Config) -> int:
    """Train, score on held-out documents, save; prints the card. Raises ConfigError or InputError."""
    options = options_of(arguments)
    corpora = corpora_of(arguments.gold, arguments.format, arguments.licence)
    tests = corpora_of([arguments.test], arguments.format[-1:], []) if arguments.test else []
    if arguments.complete:
        linker = make_linker(config, linker_sources(config, lake_required=False))
        corpora, tests = completed_corpora(corpora, linker), completed_corpora(tests, linker)
    test = tests[0].documents if tests else None
    training, held_out, how = split(
        [d for c in corpora for d in c.documents], test, arguments.held_out, options
    )
    if not any(entities_to_recognise(d, options.types) for d in training):
        raise InputError(f"{corpora[0].path}: it has no entity to learn")
    from medconcept.spark.session import get_session

    with StdoutToStderr():
        spark = get_session(config.spark)
    from medconcept.spark.hadoop_files import HadoopFiles
    from medconcept.spark_nlp.entity_recognition import find_entities
    from medconcept.spark_nlp.recognisers import build_recogniser
    from medconcept.spark_nlp.training import embeddings_for, entities_per_document, has_tensorflow, train

    if options.architecture == NER_DL and not has_tensorflow(spark):
        if arguments.architecture:
            raise ConfigError("train_ner: ner_dl needs TensorFlow, whose JAR is not on the class path")
        options = replace(options, architecture=NER_CRF)
    described = [corpus.card_entry(options.types) for corpus in corpora]
    version = arguments.version or settings_digest(
        __version__,
        asdict(options),
        [d["sha256"] for d in described],
        [d["labelled_by_dictionary"] for d in described],
        how,
        [Path(part).name for part in (*arguments.text, *filter(None, [arguments.embeddings]))],
    )
    files = HadoopFiles(spark, arguments.out)
    if files.exists(f"{version}/{CARD}"):
        raise ConfigError(f"train_ner: {arguments.out}: version {version} is there already")
    began = time.monotonic()
    embeddings, text = embeddings_for(spark, training, arguments.text, arguments.embeddings, options)
    model = train(training, embeddings, options, spark)
    seconds = time.monotonic() - began
    entities = find_entities(
        spark, [build_recogniser(spark, version, list(model.stages), "")], [d.text for d in held_out]
    )
    figures = {
        "documents": len(held_out),
        "of": how,
        **recognition(entities_per_document(held_out, options.types), entities),
    }
    card = {
        "name": Path(arguments.out).name, "version": version, "data": described, "text": text,
        "labels": list(count_by_type([entities_to_recognise(d, options.types) for d in training])),
        "held_out": figures,
        "options": {k: v for k, v in asdict(options).items() if k != "seed"}, "seed": options.seed,
        "seconds": round(seconds, 1), "versions": _versions(spark),
    }  # fmt: skip
    model.write().overwrite().save(files.uri(f"{version}/{MODEL}"))
    files.write(f"{version}/{READABLE}", as_markdown(card))
    files.write(f"{version}/{CARD}", as_json(card))  # last: a version without a card is incomplete
    files.write(LATEST, version.encode())
    if arguments.archive:
        Path(arguments.archive).write_bytes(archived(files, version))
    summary = {
        "path": files.uri(version),
        "version": version,
        "seconds": card["seconds"],
        "held_out": figures,
    }
    print(json.dumps(summary) if arguments.json else as_markdown(card).decode())
    return 0


def options_of(arguments: argparse.Namespace) -> TrainingOptions:
    """Training options from the command line."""
    names = ("architecture", "epochs", "seed", "dimension", "vector_least")
    given = {name: getattr(arguments, name) for name in names}
    types = tuple(part.strip() for part in (arguments.types or "").split(",") if part.strip())
    return replace(TrainingOptions(types=types), **{k: v for k, v in given.items() if v is not None})


def corpora_of(paths: Sequence[str], formats: Sequence[str], licences: Sequence[str]) -> list[Corpus]:
    """Read gold files, each with its format and licence; one format applies to all. Raises InputError."""
    if len(formats) not in (1, len(paths)) or len(licences) > len(paths):
        raise ConfigError("train_ner: --format once, or once for each --gold; --licence at most as often")
    out = []
    for n, path in enumerate(paths):
        form = formats[n if len(formats) > 1 else 0]
        gold = read_gold(path, form)
        licence = licences[n] if n < len(licences) else licences[0] if len(licences) == 1 else "not stated"
        out.append(Corpus(path, form, gold.documents, gold.left_out, licence))
    return out


def completed_corpora(corpora: Sequence[Corpus], linker: Linker) -> list[Corpus]:
    """Corpora with entities of all common types, see `evaluation.common_types`."""
    out = []
    for corpus in corpora:
        documents = tuple(completed(corpus.documents, linker))
        own = annotated_types(corpus.documents)
        every = count_by_type([d.entities for d in documents])
        labelled = {kind: count for kind, count in every.items() if kind not in own}
        out.append(replace(corpus, documents=documents, labelled=labelled))
    return out


def archived(files: Any, version: str) -> bytes:
    """A version as one zip file: the same files give the same bytes."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in sorted(files.walk(version)):
            if not name.endswith(".crc"):
                entry = zipfile.ZipInfo(name.removeprefix(f"{version}/"), (1980, 1, 1, 0, 0, 0))
                archive.writestr(entry, files.read(name), zipfile.ZIP_DEFLATED, 9)
    return data.getvalue()


def split(
    documents: Sequence[Document], test: Sequence[Document] | None, share: float, options: TrainingOptions
) -> tuple[list[Document], list[Document], str]:
    """Documents to train on, documents to score on, and how they were split: by articles, with the seed.

    >>> from medconcept.evaluation.documents import Document
    >>> some = [Document(str(n), str(n // 2), "", ()) for n in range(8)]
    >>> train, held_out, how = split(some, None, 0.25, TrainingOptions(seed=1))
    >>> len(train), len(held_out), how
    (6, 2, '25% of the articles')
    """
    if test is not None:
        return list(documents), list(test), "a file of its own"
    articles = sorted({d.article for d in documents})
    random.Random(options.seed).shuffle(articles)
    held_out = set(articles[: round(share * len(articles))])
    parts: tuple[list[Document], list[Document]] = ([], [])
    for document in documents:
        parts[document.article in held_out].append(document)
    return *parts, f"{share:.0%} of the articles"


def _versions(spark: Any) -> dict[str, str]:
    import sparknlp

    return {"medconcept": __version__, "spark": spark.version, "spark_nlp": sparknlp.version()}
