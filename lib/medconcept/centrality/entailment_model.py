"""The folder of an entailment model, checked before any data is read. Knows nothing of Spark."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medconcept.centrality.sentence_pair_graph import check_graph, with_pair_input
from medconcept.errors import ConfigError, InputError

GRAPH, VOCABULARY, LABELS = "model.onnx", "vocab.txt", "labels.txt"
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
# A letter of a script in which no caption is written: it is one token, and no model's vocabulary has it.
MARK = "\ua66e"


@dataclass(frozen=True)
class EntailmentModel:
    """A model folder that has been checked.

    `sha256` covers everything that decides its answers: graph, vocabulary, labels and case. `vocabulary` and
    `labels` are in the order of the model's ids.
    """

    folder: Path
    sha256: str
    vocabulary: tuple[str, ...]
    labels: tuple[str, ...]
    lower_case: bool

    @property
    def entailment(self) -> str:
        """The label which states that the premise entails the hypothesis."""
        return next(label for label in self.labels if label.lower().startswith("entail"))

    @property
    def max_tokens(self) -> int:
        """The most tokens it takes at once, from its config.json; 512 if that does not state it."""
        return min(512, int(_json(self.folder / "config.json").get("max_position_embeddings", 512)))


def open_model(path: str) -> EntailmentModel:
    """Check a folder as an exporter leaves it, or with `assets` as in Spark NLP's guides.

    Raises ConfigError, with one line that names the folder, if Spark NLP could not run the model.
    """
    folder = Path(path)
    where = f"centrality.model: {path}"
    if not folder.is_dir():
        raise ConfigError(f"{where}: no such folder on this machine")
    if not (folder / GRAPH).is_file():
        raise ConfigError(f"{where}: there is no {GRAPH} in it")
    try:
        check_graph(_graph(folder))
        vocabulary = _lines(_model_file(folder, VOCABULARY))
        missing = [token for token in SPECIAL if token not in vocabulary]
        if missing:
            raise ConfigError(f"its {VOCABULARY} lacks {', '.join(missing)}")
        labels = _labels(folder)
        if sum(label.lower().startswith("entail") for label in labels) != 1:
            raise ConfigError(
                f"its labels are {', '.join(labels)}, none of them or several 'entailment'; "
                f"write them in their order into a file {LABELS} next to {GRAPH}, one a line"
            )
    except (ConfigError, InputError) as error:
        raise ConfigError(f"{where}: {error}") from error
    lower = _lower_case(folder, vocabulary)
    settings = json.dumps([vocabulary, labels, lower]).encode()
    sha256 = hashlib.sha256((folder / GRAPH).read_bytes() + hashlib.sha256(settings).digest()).hexdigest()
    return EntailmentModel(folder, sha256, tuple(vocabulary), tuple(labels), lower)


def write_pair_graph(model: EntailmentModel, folder: Path) -> Path:
    """Write the graph that takes both texts as one, named by the model's checksum; return the file.

    Two graphs with one name stop a Spark session, which distributes files by name.
    """
    import onnx

    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{model.sha256[:32]}.onnx"
    if not file.is_file():
        graph = with_pair_input(_graph(model.folder), len(model.vocabulary), model.vocabulary.index("[SEP]"))
        scratch = file.with_suffix(".new")
        onnx.save(graph, str(scratch))
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
        raise InputError(f"{GRAPH} is not an ONNX graph ({str(error).splitlines()[0][:120]})") from error
    if any(weight.data_location == onnx.TensorProto.EXTERNAL for weight in model.graph.initializer):
        raise ConfigError(f"the weights of {GRAPH} are in another file; export it with its weights inside")
    return model


def _model_file(folder: Path, name: str) -> Path:
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
    """Read the labels from their file, else from config.json."""
    try:
        return [line.strip() for line in _lines(_model_file(folder, LABELS))]
    except InputError:
        named = _json(folder / "config.json").get("id2label")
    if not isinstance(named, dict) or not named:
        raise InputError(f"neither {LABELS} nor config.json names its labels")
    return [str(named[key]) for key in sorted(named, key=int)]


def _lower_case(folder: Path, vocabulary: list[str]) -> bool:
    """Return the tokenizer's own setting, else False if the vocabulary has capitals."""
    setting = _json(folder / "tokenizer_config.json").get("do_lower_case")
    if isinstance(setting, bool):
        return setting
    return not any(token != token.lower() for token in vocabulary if not token.startswith("["))


def _json(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{file.name} is not JSON") from error
    return data if isinstance(data, dict) else {}
