"""The worker of assemble_triplets: Arrow batches of figures in, facts out; no Spark needed."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from medconcept.rights import LicenceStatement, effective_terms, with_source_statement
from medconcept.workers.triplets.figure_facts import FIGURE_FACTS, FIGURE_STATEMENTS, assess_batches

BY = {
    "code": "CC-BY-4.0",
    "url": "https://creativecommons.org/licenses/by/4.0/",
    "text": None,
    "copyright_statement": None,
    "stated_by_source": None,
}
RIGHTS = {
    "attribution": None,
    "copyright_statement": None,
    "licence_url": None,
    "licence_text": None,
    "licence_code": None,
    "licence_group": None,
    "reuse": "reprinted",
    "by_permission": True,
    "evidence": [{"origin": "caption", "text": "Reprinted from [7] with permission."}],
}


def statement(caption: str | None, **values: Any) -> dict[str, Any]:
    row = dict.fromkeys(FIGURE_STATEMENTS)
    return {
        **row,
        "figure_key": "PMC1#f1",
        "article_key": "PMC1",
        "graphics": 1,
        "caption": caption,
        "licence": BY,
        **values,
    }


def facts(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    batches = list(assess_batches(pa.Table.from_pylist(list(rows)).to_batches()))
    assert [batch.schema.names for batch in batches] == [FIGURE_FACTS.names] * len(batches)
    return [row for batch in batches for row in batch.to_pylist()]


def test_a_figure_gets_modality_rights_and_credit_line() -> None:
    (row,) = facts(
        statement(
            "Axial CT of the chest (A) on 3 May 2019.",
            panels=[{"labels": ["A"], "start": 22, "end": 40, "label_start": 22, "label_end": 25}],
            label="Figure 1",
            authors=["Ann Alder"],
            title="On lungs",
            journal="J Ex",
            published="2020-05",
            doi="10.1/x",
        )
    )
    (modality,) = row["modality"]
    assert (modality["modality"], modality["method"], row["modality_version"]) == ("ct", "technique", "4")
    words = modality["evidence"][0]
    assert "Axial CT of the chest"[words["start"] : words["end"]] == words["text"]
    assert [sign["flag"] for sign in row["privacy_flags"]] == ["date"]
    assert row["rights"]["commercial"] == {
        "answer": "yes",
        "evidence": BY["url"],
        "origin": "article_licence",
    }
    assert (row["rights"]["withheld"], row["rights"]["has_own_rights"]) == (None, False)
    assert row["attribution"] == (
        "Figure 1 of: Ann Alder. On lungs. J Ex (2020). https://doi.org/10.1/x. "
        "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/. No changes."
    )


def test_a_reprinted_figure_is_withheld_whatever_its_article_permits() -> None:
    own, other = facts(statement("A heart.", rights=RIGHTS), statement("A heart."))
    assert {own["rights"][term]["answer"] for term in ("commercial", "redistribute")} == {"unknown"}
    assert own["rights"]["withheld"] == "licence_unknown"
    assert "Figure credit: Reprinted from [7] with permission." in own["attribution"]
    assert other["rights"]["redistribute"]["answer"] == "yes"


def test_a_figure_that_is_left_out_passes_through_without_facts() -> None:
    left_out, used = facts(statement(None, reason="no_caption", licence=None), statement("A heart."))
    assert left_out["reason"] == "no_caption"
    assert {name for name, value in left_out.items() if value is not None} == {
        "figure_key", "article_key", "graphics", "reason",
    }  # fmt: skip
    assert used["modality"][0]["modality"] == "unknown"


def test_citing_paragraphs_techniques_abbreviations_and_measures_are_read() -> None:
    text = "The CT scan in Figure 1 shows a nodule."
    cited = [{"text": text, "citations": [{"start": 15, "end": 23}, {"start": None, "end": None}]}]
    by_text, by_concept, defined, undefined, measured = facts(
        statement("The patient.", citing_paragraphs=cited),
        statement("Intramedullary nail.", techniques=[{"concept_id": "TECH:0001", "start": 0, "end": 6}]),
        statement("US of the liver.", abbreviations=[{"short": "US", "long": "ultrasound"}]),
        statement("US of the liver.", abbreviations=[{"short": "US", "long": "uncertain score"}]),
        statement("Chest CT.", measures={
            "near_white": 0.9, "colourfulness": 99.0, "entropy": 1.0, "width": 10, "height": 10,
        }),
    )  # fmt: skip
    assert by_text["modality"][0]["evidence"][0]["paragraph"] == 0
    assert by_text["modality"][0]["method"] == "citing_paragraph"
    assert [(m["modality"], m["method"]) for m in by_concept["modality"]] == [("x_ray", "concept")]
    assert facts(statement("Intramedullary nail."))[0]["modality"][0]["modality"] == "unknown"
    assert defined["modality"][0]["modality"] == "ultrasound"
    assert undefined["modality"][0]["modality"] == "unknown"
    (plain,) = facts(statement("Chest CT."))
    confidence = {m["modality"]: m["confidence"] for m in measured["modality"]}
    assert confidence.get("ct", 0) < {m["modality"]: m["confidence"] for m in plain["modality"]}["ct"]


def test_many_rows_keep_their_order_and_are_counted() -> None:
    rows = [statement(f"Heart {n}.", figure_key=f"PMC{n}#f1") for n in range(600)]
    seen: list[dict[str, int]] = []

    class Counter:
        def add(self, now: dict[str, int]) -> None:
            seen.append(now)

    batches = list(assess_batches(pa.Table.from_pylist(rows).to_batches(), Counter()))  # type: ignore[arg-type] — counts as an accumulator
    keys = [key for batch in batches for key in batch.column("figure_key").to_pylist()]
    assert keys == [row["figure_key"] for row in rows]
    assert sum(now["figures"] for now in seen) == 600


@pytest.mark.parametrize(
    ("article", "stated", "answers"),
    [
        ("CC-BY-4.0", "CC BY", ("yes", "yes", "no", "yes", "yes")),
        ("CC-BY-4.0", "CC BY-NC-SA", ("no", "yes", "yes", "yes", "yes")),
        ("CC-BY-NC-4.0", "CC BY", ("no", "yes", "no", "yes", "yes")),  # never more permissive
        ("CC-BY-4.0", "TDM", ("unknown", "unknown", "unknown", "no", "yes")),
        ("CC-BY-4.0", "something new", ("unknown", "unknown", "unknown", "unknown", "yes")),
        ("CC-BY-4.0", None, ("yes", "yes", "no", "yes", "yes")),
        (None, "CC BY-ND", ("yes", "no", "no", "yes", "yes")),  # the file states nothing
        (None, "TDM", ("unknown", "unknown", "unknown", "no", "unknown")),
    ],
)
def test_the_stricter_of_article_and_source_holds(article, stated, answers) -> None:
    licence = LicenceStatement(code=article)
    terms = with_source_statement(effective_terms(licence), licence, stated)
    names = ("commercial", "derivatives", "share_alike", "redistribute", "attribution")
    assert tuple(terms.answer(name) for name in names) == answers
