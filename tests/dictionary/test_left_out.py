"""What is left out of a file: an odd value costs itself, is counted by reason, and is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from medconcept.terminologies.left_out import LEFT_OUT, LeftOut, left_out_lines
from medconcept.terminologies.readers import iter_terms
from medconcept.terminologies.term import DictionarySourceError, Term


def read(data: str | bytes, format: str, source: str = "X") -> tuple[list[Term], LeftOut]:
    left_out = LeftOut()
    content = data.encode() if isinstance(data, str) else data
    return list(iter_terms(content, format, source, left_out)), left_out


def obo(*lines: str) -> str:
    return "\n".join(["[Term]", "id: X:1", "name: a", *lines, ""])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('synonym: "good" EXACT []\nsynonym: cor []', "synonym"),
        ('synonym: "good" EXACT []\nsynonym: "a"b"c EXACT []', "synonym"),
        ('synonym: "good" EXACT []\nsynonym: "" EXACT []', "synonym"),
        ("def: not quoted []", "definition"),
        ("xref: UMLS:nonsense", "cui"),
    ],
)
def test_one_odd_line_of_obo_costs_itself(line: str, reason: str) -> None:
    (term, other), left_out = read(obo(*line.split("\n")) + "\n[Term]\nid: X:2\nname: b\n", "obo")
    assert (term.name, other.name) == ("a", "b")
    assert left_out == {reason: 1}
    assert set(term.synonyms) <= {"good"} and term.definition is None


def test_a_line_that_is_not_utf8_costs_itself() -> None:
    data = obo("XX", 'synonym: "good" EXACT []').encode().replace(b"XX", b'synonym: "b\xff" EXACT []')
    (term,), left_out = read(data, "obo")
    assert (term.synonyms, left_out) == (("good",), {"bad_utf8": 1})


def test_stanzas_without_id_or_name_and_of_other_ontologies() -> None:
    rest = (
        "[Term]\nname: no id\n\n[Term]\nid: X:2\n\n[Term]\nid: HP:1\nname: of another\n\n[Term]\nid: CL:1\n"
    )
    (term,), left_out = read(obo() + "\n" + rest, "obo")
    assert term.source_id == "X:1"
    assert left_out == {"no_id": 1, "no_name": 1, "other_prefix.HP": 1, "other_prefix.CL": 1}
    (line,) = [line for line in left_out_lines("X", left_out) if "other ontologies" in line]
    assert line.startswith(
        "X: left out 2 terms of other ontologies (CL 1, HP 1): to take one in, add a source"
    )


def test_an_obsolete_term_without_a_name_is_kept_if_another_replaces_it() -> None:
    gone = "[Term]\nid: X:2\nis_obsolete: true\nreplaced_by: http://purl.obolibrary.org/obo/X_1\n"
    lost = "[Term]\nid: X:3\nis_obsolete: true\n"
    (_, term), left_out = read(f"{obo()}\n{gone}\n{lost}", "obo")
    assert (term.source_id, term.name, term.obsolete, term.replaced_by) == ("X:2", "", True, "X:1")
    assert left_out == {"no_name": 1}


def graph(*nodes: dict[str, Any]) -> str:
    return json.dumps({"graphs": [{"nodes": list(nodes)}]})


def node(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"http://purl.obolibrary.org/obo/X_{number}", "lbl": f"n{number}", "type": "CLASS", **more}


@pytest.mark.parametrize(
    ("meta", "reason"),
    [
        ({"synonyms": [{"pred": "hasSynonym", "val": "b"}]}, "synonym"),
        ({"synonyms": [{"pred": "hasExactSynonym"}]}, "synonym"),
        ({"synonyms": [{"pred": None, "val": "b"}]}, "synonym"),
        ({"synonyms": [{"pred": "hasExactSynonym", "val": 5}]}, "synonym"),
        ({"synonyms": [None]}, "synonym"),
        ({"xrefs": [{}]}, "reference"),
        ({"xrefs": [None]}, "reference"),
        ({"definition": {"xrefs": []}}, "definition"),
        ({"definition": "a text"}, "definition"),
        ({"synonyms": None, "xrefs": None, "basicPropertyValues": None, "definition": None}, None),
        (None, None),
    ],
)
def test_one_odd_value_of_a_graph_costs_itself(meta: object, reason: str | None) -> None:
    terms, left_out = read(graph(node(1, meta=meta), node(2)), "obograph-json")
    assert [(term.name, term.synonyms) for term in terms] == [("n1", ()), ("n2", ())]
    assert left_out == ({reason: 1} if reason else {})


@pytest.mark.parametrize(
    "predicate",
    [
        "hasNarrowSynonym", "oboInOwl:hasNarrowSynonym",
        "http://www.geneontology.org/formats/oboInOwl#hasNarrowSynonym",
    ],
)  # fmt: skip
def test_predicates_of_synonyms_may_be_spelt_out(predicate: str) -> None:
    (term,), left_out = read(
        graph(node(1, meta={"synonyms": [{"pred": predicate, "val": "b"}]})), "obograph-json"
    )
    assert (term.synonyms, term.scopes, left_out) == (("b",), ("narrow",), {})


def test_nodes_without_a_type_are_no_terms_but_replaced_ids() -> None:
    no_type = {k: v for k, v in node(2).items() if k != "type"}
    values = [
        {"pred": "http://purl.obolibrary.org/obo/IAO_0100001", "val": "http://purl.obolibrary.org/obo/X_1"}
    ]
    gone = {"id": node(3)["id"], "meta": {"deprecated": True, "basicPropertyValues": values}}
    terms, left_out = read(
        graph(node(1), no_type, gone, node(4, type="PROPERTY"), node(5, id=None)), "obograph-json"
    )
    assert [(term.source_id, term.name, term.replaced_by) for term in terms] == [
        ("X:1", "n1", None),
        ("X:3", "", "X:1"),
    ]
    assert left_out == {"no_type": 1, "no_id": 1}


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("concept_id\tname\tcuis\nX:1\ta\tC1\n", r"no column 'cuis' \(known: concept_id, .*replaced_by\)"),
        ("concept_id\tname\tname\nX:1\ta\tb\n", "the column name is there twice"),
        ("concept_id\tname\tlanguage\nX:1\ta\ten\nX:1\tb\teng\n", r"line 3: no language 'eng' \(known: .*"),
        ("concept_id\tname\tscope\nX:1\ta\tnear\n", r"line 2: no scope 'near' \(known: exact, narrow, .*"),
    ],
)  # fmt: skip
def test_a_list_with_an_unknown_column_language_or_scope_is_refused(table: str, reason: str) -> None:
    with pytest.raises(DictionarySourceError, match=f"^dictionary source X: {reason}$"):
        read(table, "tsv")


def test_lines_of_a_list_that_are_left_out_are_counted() -> None:
    table = (
        "concept_id\tname\tlanguage\tcui\tobsolete\n"
        "S:1\tHeart attack\tEN\tC0027051|UMLS:C0155626|C1\t\n"
        "S:1\tcoronary\t\t\tyes\n"
        "\n"
        "\tno id\t\t\t\nS:2\t \t\t\t\n"
        "S:3\tgone\t\t\ttrue\n"
    )
    (heart, gone), left_out = read(table, "tsv")
    assert (heart.name, heart.synonyms, heart.language) == ("Heart attack", (), "en")
    assert heart.cuis == ("C0027051", "C0155626") and not heart.obsolete
    assert gone.obsolete and gone.name == "gone"
    assert left_out == {"cui": 1, "obsolete_name": 1, "no_id": 1, "no_name": 1}


def test_every_reason_has_words() -> None:
    for reason in LEFT_OUT:
        assert left_out_lines("X", LeftOut({reason: 3}))[0].startswith("X: left out 3 ")


def test_a_worker_returns_what_it_left_out_as_a_row_of_its_own() -> None:
    import pyarrow as pa

    from medconcept.workers.dictionary.read_terms import Source, read_terms

    content = (obo() + "\n[Term]\nid: HP:1\nname: of another\n").encode()
    batch = pa.RecordBatch.from_pylist([{"_rank": 3, "content": content}])
    rows = [row for out in read_terms([batch], {3: Source("X", "obo", "1", "")}) for row in out.to_pylist()]
    assert [(row["source_id"], row["left_out"]) for row in rows] == [
        ("X:1", None), (None, [("other_prefix.HP", 1)]),
    ]  # fmt: skip
