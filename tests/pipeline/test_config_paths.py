"""Relative paths in a configuration start from its `base`, never from the current directory."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from medconcept.config import Config, ReleaseConfig, load_config, parse_config
from medconcept.errors import ConfigError

CONF = Path(__file__).resolve().parents[2] / "conf"
PATHS = """
lake: lake
sync: {input: articles, select: {pmcids: ids.txt}}
dictionary: {sources: [{name: T, format: tsv, path: t.tsv}]}
annotate: {learned: learned.json, dictionary_folder: volume, recogniser: [{path: model, embeddings: vectors}]}
centrality: {model: nli}
statistics: {release: r1, lake: other}
spark: {jars: jars}
"""


def paths_of(config: Config) -> list[str | None]:
    return [
        config.lake,
        config.sync.input,
        config.sync.select.pmcids,
        config.dictionary.sources[0].path,
        config.annotate.learned,
        config.annotate.dictionary_folder,
        config.annotate.recogniser[0].path,
        config.annotate.recogniser[0].embeddings,
        config.centrality.model,
        config.statistics.lake,
        config.spark.jars,
    ]


@pytest.mark.parametrize(
    ("base", "folder"),
    [("", "conf"), ("base: ..\n", ""), ("base: /data\n", "/data"), ("base: s3a://b/c\n", "s3a://b/c")],
)
def test_every_path_of_the_file_starts_from_its_base(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: str, folder: str
) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/my.yaml").write_text(base + PATHS)
    monkeypatch.chdir(tmp_path / "conf")
    start = folder if folder.startswith(("/", "s3a:")) else str(tmp_path / folder).rstrip("/")
    stated = paths_of(parse_config(yaml.safe_load(PATHS)))
    for name in (str(tmp_path / "conf/my.yaml"), "my.yaml", "../conf/my.yaml"):
        config = load_config(name)
        assert paths_of(config) == [f"{start}/{path}" for path in stated]
        assert config.base == start


def test_addresses_and_absolute_paths_stay(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text("lake: /lake\nsync: {input: 's3://pmc-oa-opendata'}\n")
    config = load_config(str(tmp_path / "my.yaml"))
    assert (config.lake, config.sync.input) == ("/lake", "s3://pmc-oa-opendata")


def test_what_the_file_does_not_state_is_not_moved(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text("annotate: {nested: true}\n")
    assert load_config(str(tmp_path / "my.yaml")).lake == Config().lake


def test_a_named_configuration_is_the_same_from_any_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(__file__).resolve().parents[2]
    monkeypatch.chdir(tmp_path)
    demo = load_config("demo")
    assert demo.lake == str(root / "build/demo/lake")
    assert demo.dictionary.sources[1].path == str(root / "build/demo/dictionary/mondo.json")
    assert demo == load_config(str(root / "conf/demo.yaml"))


@pytest.mark.parametrize(("base", "start"), [("..", None), ("s3a://b/c", "s3a://b/c"), ("/data", "/data")])
def test_a_packaged_configuration_has_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: str, start: str | None
) -> None:
    (tmp_path / "_data/conf").mkdir(parents=True)
    (tmp_path / "_data/conf/mine.yaml").write_text(f"base: {base}\nlake: lake\n")
    monkeypatch.setattr("medconcept.config.resources.files", lambda package: tmp_path)
    monkeypatch.chdir(tmp_path)
    assert load_config("mine").lake == f"{start or tmp_path}/lake"


@pytest.mark.parametrize(
    ("name", "base"), [("cluster", "s3a://BUCKET/medconcept"), ("databricks", str(CONF))]
)
def test_the_configurations_of_clusters_differ_from_the_local_one_in_paths_alone(
    name: str, base: str
) -> None:
    given = load_config(str(CONF / f"{name}.yaml"))
    assert given.base == base and given.lake == f"{base}/lake"
    plain = [yaml.safe_load((CONF / f"{each}.yaml").read_text()) for each in (name, "local")]
    for data in plain:
        for part in ("base", "lake"):
            del data[part]
        for source in data["dictionary"]["sources"]:
            if "path" in source:
                source["path"] = Path(source["path"]).name
    assert plain[0] == plain[1]


def test_base_is_text(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text("base: 3\n")
    with pytest.raises(ConfigError, match="'base' must be str, not 3"):
        load_config(str(tmp_path / "my.yaml"))


@pytest.mark.parametrize("name", ["5", "007", "1.5", "1e5", "2026-11", "2026-11-24T10", "20261124T101500Z"])
def test_a_release_is_not_named_as_commits_are(name: str) -> None:
    with pytest.raises(ConfigError, match="reads as a number or a time"):
        ReleaseConfig(name)


def test_names_of_releases_have_letters_and_an_end() -> None:
    for name in ("r1", "5th", "2026-11-trial", "v1.0", "a" * 100):
        assert ReleaseConfig(name).name == name
    with pytest.raises(ConfigError, match="101 characters, 100 at most"):
        ReleaseConfig("a" * 101)
