"""The folder of an entailment model: what is in it, looked at before any data is; knows nothing of Spark."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medconcept.centrality.sentence_pair_graph import check, paired
from medconcept.errors import ConfigError, InputError

GRAPH, VOCABULARY, LABELS = "model.onnx", "vocab.txt", "labels.txt"
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
# A letter of a script that no caption is in: it stays one token, and no model has it among its own.
MARK = "\ua66e"


@dataclass(frozen=True)
class EntailmentModel:
    """A model folder that has been looked at.

    `sha256` is of all that decides its answers: graph, vocabulary, labels and case. `vocabulary` and
    `labels` are in the order of the model's ids.
    """

    folder: Path
    sha256: str
    vocabulary: tuple[str, ...]
    labels: tuple[str, ...]
    lower_case: bool

    @property
    def entailment(self) -> str:
        """The label that says that the premise entails the hypothesis."""
        return next(label for label in self.labels if label.lower().startswith("entail"))

    @property
    def longest(self) -> int:
        """How many tokens it takes at once, by its config.json; 512 where that says nothing."""
        return min(512, int(_json(self.folder / "config.json").get("max_position_embeddings", 512)))


def open_model(path: str) -> EntailmentModel:
    """Look at a folder as an exporter leaves it, or with `assets` as Spark NLP's guides have it.

    Raises ConfigError, with one line that names the folder, where Spark NLP could not run what is there.
    """
    folder = Path(path)
    where = f"centrality.model: {path}"
    if not folder.is_dir():
        raise ConfigError(f"{where}: no such folder on this machine")
    if not (folder / GRAPH).is_file():
        raise ConfigError(f"{where}: there is no {GRAPH} in it")
    try:
        check(_graph(folder))
        vocabulary = _lines(_beside(folder, VOCABULARY))
        missing = [token for token in SPECIAL if token not in vocabulary]
        if missing:
            raise ConfigError(f"its {VOCABULARY} lacks {', '.join(missing)}")
        labels = _labels(folder)
        if sum(label.lower().startswith("entail") for label in labels) != 1:
            raise ConfigError(
                f"its labels are {', '.join(labels)}, none of them or several 'entailment'; "
                f"write them in their order into a file {LABELS} beside {GRAPH}, one a line"
            )
    except (ConfigError, InputError) as error:
        raise ConfigError(f"{where}: {error}") from error
    lower = _lower_case(folder, vocabulary)
    told = json.dumps([vocabulary, labels, lower]).encode()
    sha256 = hashlib.sha256((folder / GRAPH).read_bytes() + hashlib.sha256(told).digest()).hexdigest()
    return EntailmentModel(folder, sha256, tuple(vocabulary), tuple(labels), lower)


def write_paired(model: EntailmentModel, folder: Path) -> Path:
    """Write the graph that takes both texts in one, named by the model's checksum; returns the file.

    Two graphs of one name stop a Spark session, which sends files by their names.
    """
    import onnx

    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{model.sha256[:32]}.onnx"
    if not file.is_file():
        made = paired(_graph(model.folder), len(model.vocabulary), model.vocabulary.index("[SEP]"))
        scratch = file.with_suffix(".new")
        onnx.save(made, str(scratch))
        scratch.replace(file)
    return file


def _graph(folder: Path) -> Any:
    try:
        import onnx
    except ImportError as error:
        raise ConfigError("an entailment model needs the package onnx: pip install onnx") from error
    try:
        model = onnx.load(str(folder / GRAPH), load_external_data=False)
    except Exception as error:
        raise InputError(f"{GRAPH} is no ONNX graph ({str(error).splitlines()[0][:120]})") from error
    if any(weight.data_location == onnx.TensorProto.EXTERNAL for weight in model.graph.initializer):
        raise ConfigError(f"the weights of {GRAPH} are in another file; export it with its weights inside")
    return model


def _beside(folder: Path, name: str) -> Path:
    for place in (folder / name, folder / "assets" / name):
        if place.is_file():
            return place
    raise InputError(f"there is no {name} in it, nor in its folder assets")


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").rstrip("\n").split("\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{file.name} is not UTF-8 text") from error


def _labels(folder: Path) -> list[str]:
    """The labels by a file of theirs, else by config.json."""
    try:
        return [line.strip() for line in _lines(_beside(folder, LABELS))]
    except InputError:
        named = _json(folder / "config.json").get("id2label")
    if not isinstance(named, dict) or not named:
        raise InputError(f"neither {LABELS} nor config.json names its labels")
    return [str(named[key]) for key in sorted(named, key=int)]


def _lower_case(folder: Path, vocabulary: list[str]) -> bool:
    """What the tokenizer's own settings say, else whether the vocabulary knows capitals."""
    told = _json(folder / "tokenizer_config.json").get("do_lower_case")
    if isinstance(told, bool):
        return told
    return not any(token != token.lower() for token in vocabulary if not token.startswith("["))


def _json(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{file.name} is not JSON") from error
    return data if isinstance(data, dict) else {}
