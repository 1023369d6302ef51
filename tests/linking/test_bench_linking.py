"""The side-by-side benchmark: a rival gets our names, and is scored as we are."""

import json
import sys
from pathlib import Path

import pytest
from linking_examples import write_files

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
import bench_linking

NAMES = "concept_id\tname\nCL:1\tneuron\nUBERON:1\tretina\nUBERON:2\ttissue\n"
ROWS = [
    {"pmid": "1", "fig_id": "F1", "nxml": "a.nxml", "text": "Neurons of the retina.",
     "annotations": [{"id": "CL:1", "spans": [[0, 7]]}, {"id": "UBERON:1", "spans": [[15, 21]]}]},
    {"pmid": "2", "fig_id": "F1", "nxml": "b.nxml", "text": "A retina, tissue.",
     "annotations": [{"id": "UBERON:1", "spans": [[2, 8]]}]},
]  # fmt: skip


@pytest.fixture
def run_benchmark(tmp_path, monkeypatch):
    """Runs the benchmark with a rival that finds names as they are written; returns its output."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write_files(tmp_path, NAMES, ROWS)

    def literal(names, texts):
        assert sorted(name.name for name in names) == ["neuron", "retina", "tissue"]
        at = [[(text.find(name.name), name) for name in names] for text in texts]
        return [[(a, a + len(n.name), n) for a, n in each if a >= 0] for each in at]

    def missing(names, texts):
        raise ImportError(name="somewhere")

    monkeypatch.setattr(bench_linking, "RIVALS", {"literal": literal, "missing": missing})

    def run(*more):
        files = ["--gold", tmp_path / "gold.jsonl", "--dictionary", tmp_path / "mine.tsv"]
        arguments = [*files, "--format", "craft-captions", "--output", tmp_path / "out.json", *more]
        assert bench_linking.main([str(part) for part in arguments]) == 0
        return json.loads((tmp_path / "out.json").read_text())

    return run


def test_a_rival_gets_our_names_and_is_scored_as_we_are(run_benchmark):
    out = run_benchmark()
    ours, theirs = out["figures"]["medconcept"], out["figures"]["literal"]
    assert (out["setting"], out["names"]) == ("untrained", 3)
    assert out["missing"] == {"missing": "not installed (somewhere)"}
    # "Neurons" is a plural, "tissue" is a stop concept for both.
    assert [ours["mention"][k] for k in ("tp", "fp", "fn")] == [3, 0, 0]
    assert [theirs["mention"][k] for k in ("tp", "fp", "fn")] == [2, 0, 1]
    assert theirs["mention"]["ours_minus_theirs"][1] > 0 == ours["mention"]["ours_minus_theirs"][1]


def test_ours_may_be_tuned(run_benchmark):
    assert run_benchmark("--cross-validate")["setting"] == "tuned"
