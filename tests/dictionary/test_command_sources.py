"""What commands that link without a lake say about sources that they do not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from medconcept.config import Config, DictionaryConfig, DictionarySource, load_config
from medconcept.errors import ConfigError, InputError
from medconcept.library.compiled_sources import prepared

LINE = r"^dictionary source {}: a UMLS release is compiled once, by 'medconcept build_dictionary' with this"


def test_a_configured_release_is_one_line_that_says_what_to_run(tmp_path: Path) -> None:
    (tmp_path / "MRCONSO.RRF").write_text("")
    source = DictionarySource("UMLS", "umls", str(tmp_path))
    config = Config(lake=str(tmp_path), dictionary=DictionaryConfig((source,)))
    for files in (None, "UMLS"):
        with pytest.raises(InputError, match=LINE.format("UMLS")):
            prepared(config, files)
    with pytest.raises(InputError, match=LINE.format(tmp_path.name)):
        prepared(config, str(tmp_path))


def test_a_release_among_the_sources_is_left_alone_if_others_are_chosen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "X.obo").write_text("[Term]\nid: X:1\nname: heart\n\n[Term]\nid: HP:1\nname: other\n")
    own = DictionarySource("X", "obo", str(tmp_path / "X.obo"))
    sources = (DictionarySource("UMLS", "umls", str(tmp_path)), own)
    config = Config(lake=str(tmp_path), dictionary=DictionaryConfig(sources))
    assert len(prepared(config, None, ["X"])) == 1
    assert (
        "medconcept: X: left out 1 terms of other ontologies (HP 1): to take one in"
        in capsys.readouterr().err
    )


def test_an_unknown_option_of_a_release_is_one_line(tmp_path: Path) -> None:
    source = "{name: UMLS, format: umls, path: x, umls: {semantic_groups: [DISEASES]}}"
    text = f"lake: x\ndictionary:\n  sources:\n    - {source}\n"
    (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(
        ConfigError, match=r"umls\.semantic_groups: no 'DISEASES' \(known: ACTI, ANAT, .*PROC\)$"
    ):
        load_config(str(tmp_path / "c.yaml"))
    (tmp_path / "c.yaml").write_text(text.replace("semantic_groups: [DISEASES]", "languages: [ENG, ES]"))
    with pytest.raises(ConfigError, match=r"umls\.languages: no 'ES' \(known: ENG, SPA, "):
        load_config(str(tmp_path / "c.yaml"))
