"""Filters of triplets: one figure a reason, counted by hand; in = used + each reason."""

from __future__ import annotations

import os
from typing import Any

import pytest
from pyspark.sql import functions as F

from medconcept.rights import OptOutList, parse_opt_out
from medconcept.stages.opt_out import opted_out, read_opt_out
from medconcept.stages.triplets import filters as f
from medconcept.stages.triplets.chosen_mentions import chosen_mentions, mention_counts
from medconcept.stages.triplets.figure_facts import figure_facts, figure_statements
from medconcept.tables import TABLES
from medconcept.triplets.options import TripletFilters


def frame(spark, table: str, *rows: dict[str, Any]):
    """Rows of a table, null where nothing is stated."""
    schema = TABLES[table].content
    return spark.createDataFrame([tuple(row.get(n) for n in schema.names) for row in rows], schema)


def article(key: str, **values: Any) -> dict[str, Any]:
    row = {"article_key": key, "is_current": True, "article_type": "research-article", "language": "en"}
    row |= {"is_retracted": False, "is_retraction_notice": False, "has_concern": False}
    return {**row, "licence_code": "CC-BY-4.0", "pmcid": key, **values}


def figure(key: str, caption: str | None, graphics: int = 1, **values: Any) -> dict[str, Any]:
    graphic = {"href": "g", "alternatives": [], "others": []}
    return {
        "figure_key": f"{key}#f1",
        "article_key": key,
        "caption": caption,
        "graphics": [graphic] * graphics,
        **values,
    }


def mention(
    key: str, flags: tuple[str, ...] = (), centrality: float = 0.5, confidence: float | None = None
) -> dict[str, Any]:
    span = {"start": 0, "end": 5}
    row = {"figure_key": f"{key}#f1", "concept_id": "T:1", "source_id": "T:1", "spans": [span]}
    return {**row, "flags": list(flags), "centrality": centrality, "confidence": confidence}


ALL = TripletFilters(
    notices=("retracted", "retraction_notice"),
    article_types=("research-article",),
    languages=("en",),
    caption_min=5,
    caption_max=60,
    centrality_min=0.4,
    licence={"commercial": "yes"},
    modality=("ct", "mri"),
    modality_confidence=0.7,
    privacy=("date",),
)
CT = "Axial CT of the chest."
# Each figure fails one filter, by name, and most fail later ones too; the number is that of its graphics.
CASES = {
    "PMC1": ("opted_out", None, 2, {}, {}, None),
    "PMC2": ("no_caption", None, 1, {}, {}, None),
    "PMC3": ("no_concept", CT, 1, {}, {}, None),
    "PMC4": ("excluded", CT, 3, {}, {}, (("negated",), 0.9)),
    "PMC5": ("no_graphic", CT, 0, {}, {}, ((), 0.9)),
    "PMC6": ("retraction", CT, 1, {"is_retracted": True, "article_type": "letter"}, {}, ((), 0.9)),
    "PMC7": ("retraction", CT, 1, {"is_retraction_notice": True}, {}, ((), 0.9)),
    "PMC8": ("article_type", CT, 1, {"article_type": None}, {}, ((), 0.9)),
    "PMC9": ("language", CT, 1, {}, {"language": "fr"}, ((), 0.9)),
    "PMC10": ("caption_length", "CT.", 1, {}, {}, ((), 0.9)),
    "PMC11": ("caption_length", CT * 4, 1, {}, {}, ((), 0.9)),
    "PMC12": ("centrality", CT, 1, {"licence_code": None}, {}, ((), 0.39)),
    "PMC13": ("licence", "A heart.", 2, {"licence_code": "CC-BY-NC-4.0"}, {}, ((), 0.4)),
    "PMC14": ("modality", "A heart on 3 May 2019.", 1, {}, {}, ((), 0.9)),
    "PMC15": ("privacy", "Axial CT of the chest, 3 May 2019.", 1, {}, {}, ((), 0.9)),
    "PMC16": (None, CT, 2, {}, {"language": "en_GB"}, ((), 0.9)),
    "PMC17": (None, CT, 1, {"language": None, "has_concern": True}, {}, ((), 0.4)),
    "PMC18": ("confidence", CT, 0, {}, {}, ((), 0.9, 0.49)),
    "PMC19": (None, CT, 1, {}, {}, ((), 0.9, 0.5)),
}


@pytest.fixture(scope="module")
def judged(spark):
    figures = frame(spark, "figures", *(figure(k, c[1], c[2], **c[4]) for k, c in CASES.items()))
    articles = frame(spark, "articles", *(article(k, **c[3]) for k, c in CASES.items()))
    mentions = [mention(k, *c[5]) for k, c in CASES.items() if c[5]]
    mentions.append(mention("PMC12", (), 0.9, 0.1))  # central, and too unsure to count
    mentions = frame(spark, "mentions", *mentions)
    gone = opted_out(spark, figures, articles, parse_opt_out("PMC1", "list"))

    def facts(filters: TripletFilters, exclude: tuple[str, ...] = (), out=None, least=None):
        statements = figure_statements(
            figures, articles, mentions, filters, exclude_flags=exclude, min_confidence=least, opted_out=out
        )
        return figure_facts(statements).withColumn("reason", f.fact_reason(filters)).cache()

    return facts(ALL, ("negated",), gone, 0.5), facts(TripletFilters())


def test_a_figure_is_left_out_for_the_first_filter_that_it_fails(judged) -> None:
    found = {row.article_key: row.reason for row in judged[0].collect()}
    assert found == {key: case[0] for key, case in CASES.items()}


def test_figures_and_graphics_in_are_those_used_and_those_of_each_filter(judged) -> None:
    expected: dict[str, int] = {"figures.in": 0, "graphics.in": 0}
    for reason, _, graphics, *_ in CASES.values():
        for what, number in (("figures", 1), ("graphics", graphics)):
            for name in ("in", reason or "used"):
                expected[f"{what}.{name}"] = expected.get(f"{what}.{name}", 0) + number
    assert f.counts(judged[0]) == {name: count for name, count in expected.items() if count}
    assert (expected["figures.in"], expected["figures.used"]) == (19, 3)


def test_mentions_in_are_those_used_and_those_left_out_by_flag_and_by_confidence(judged) -> None:
    own = [case[5] for case in CASES.values() if case[5]]
    assert mention_counts(judged[0]) == {
        "mentions.in": len(own) + 1, "mentions.used": len(own) - 2,  # one of PMC12 is not in CASES
        "mentions.excluded": 1, "mentions.confidence": 2,
    }  # fmt: skip
    assert mention_counts(judged[1])["mentions.used"] == len(own) + 1
    assert set(mention_counts(judged[0].limit(0)).values()) == {0}


def test_the_defaults_leave_out_what_they_always_did(judged) -> None:
    found = {row.article_key: row.reason for row in judged[1].collect() if row.reason}
    left_out = {"PMC1": "no_caption", "PMC2": "no_caption", "PMC3": "no_concept"}
    assert found == {**left_out, "PMC5": "no_graphic", "PMC18": "no_graphic"}


def test_without_the_need_of_a_concept_captions_alone_stay(spark) -> None:
    figures = frame(spark, "figures", figure("PMC1", CT), figure("PMC2", None))
    articles = frame(spark, "articles", article("PMC1"), article("PMC2"))
    wanted = TripletFilters(require_concept=False)
    rows = figure_statements(figures, articles, frame(spark, "mentions"), wanted).collect()
    assert {row.figure_key: row.reason for row in rows} == {"PMC1#f1": None, "PMC2#f1": "no_caption"}


def test_graphics_have_reasons_of_their_own(spark) -> None:
    wanted = TripletFilters(image_only=True, image_min=100, image_flags=("blank",))
    graphics = spark.createDataFrame(
        [
            ("a", "1", 100, 100, []),
            ("a", "2", 99, 500, []),  # a side is too short
            ("b", None, None, None, None),  # no image
            ("b", "3", 500, 500, ["blank", "cmyk"]),
            ("c", "4", 500, 500, ["cmyk"]),
        ],
        "figure_key string, image_sha256 string, image_width int, image_height int, "
        "image_flags array<string>",
    ).withColumn("reason", f.image_reason(wanted))
    assert {r.image_sha256: r.reason for r in graphics.collect()} == {
        "1": None, "2": "image", None: "image", "3": "image", "4": None,
    }  # fmt: skip
    figures = spark.createDataFrame(
        [("a", 2, None), ("b", 2, None), ("c", 1, None), ("d", 4, "no_caption")],
        "figure_key string, graphics int, reason string",
    )
    assert f.counts(figures, graphics) == {
        "figures.in": 4, "figures.used": 2, "figures.image": 1, "figures.no_caption": 1,
        "graphics.in": 9, "graphics.used": 2, "graphics.image": 3, "graphics.no_caption": 4,
    }  # fmt: skip
    small = graphics.withColumn("reason", f.image_reason(TripletFilters(image_min=100)))
    assert small.where(F.col("image_sha256").isNull() & F.col("reason").isNotNull()).count() == 1


LIST = """
10.1234/AB
PMC0005
doi:10.9999/X#f2
PMC6#f1
{sha}
"""
SHA = "ab" * 32
FIGURES = [
    ("PMC1#f1", "PMC1", "10.1234/ab", None),
    ("PMC1#f2", "PMC1", "10.1234/ab", None),
    ("doi:10.1234/AB#f1", "doi:10.1234/AB", None, None),  # known by its key alone
    ("PMC5#f1", "PMC5", None, None),
    ("PMC51#f1", "PMC51", None, None),
    ("doi:10.9999/x#f1", "doi:10.9999/x", "10.9999/x", None),
    ("doi:10.9999/x#f2", "doi:10.9999/x", "10.9999/x", None),
    ("PMC6#f1", "PMC6", None, None),
    ("PMC6#f1~2", "PMC6", None, None),
    ("PMC7#f1", "PMC7", None, SHA.upper()),
    ("PMC8#f1", "PMC8", None, "cd" * 32),
]


def test_the_list_takes_out_the_figures_that_its_matcher_does(spark) -> None:
    entries = parse_opt_out(LIST.format(sha=SHA), "list")
    figures = spark.createDataFrame([r[:2] for r in FIGURES], "figure_key string, article_key string")
    images = spark.createDataFrame([(r[0], r[3]) for r in FIGURES], "figure_key string, image_sha256 string")
    articles = spark.createDataFrame(
        sorted({(r[1], r[2], r[1] if r[1].startswith("PMC") else None, True) for r in FIGURES}, key=str),
        "article_key string, doi string, pmcid string, is_current boolean",
    )
    found = opted_out(spark, figures, articles, entries, images)
    assert found is not None
    expected = [
        key
        for key, of, doi, sha in FIGURES
        if entries.match_figure(key, doi=doi, pmcid=of if of.startswith("PMC") else None, image_sha256=sha)
    ]
    assert sorted(row.figure_key for row in found.collect()) == sorted(expected)
    assert len(expected) == 7
    assert opted_out(spark, figures, articles, OptOutList()) is None


def test_a_list_that_cannot_be_read_stops_the_run(spark, tmp_path) -> None:
    from medconcept.errors import ConfigError, InputError

    with pytest.raises(ConfigError, match=r"opt_out: .*nowhere: cannot be read"):
        read_opt_out(spark, str(tmp_path / "nowhere"))
    with pytest.raises(ConfigError, match=r"opt_out: file:.*nowhere: cannot be read"):
        read_opt_out(spark, (tmp_path / "nowhere").as_uri())
    os.mkfifo(tmp_path / "pipe")  # reading it would never end
    with pytest.raises(ConfigError, match=r"opt_out: .*pipe: is not a file"):
        read_opt_out(spark, str(tmp_path / "pipe"))
    (tmp_path / "list").write_text("PMC5\nnonsense\n")
    with pytest.raises(InputError, match="line 2 'nonsense'"):
        read_opt_out(spark, str(tmp_path / "list"))
    (tmp_path / "good").write_text("PMC5\n")
    assert len(read_opt_out(spark, (tmp_path / "good").as_uri())) == 1
    assert len(read_opt_out(spark, None)) == 0


def test_mentions_of_no_flag_and_enough_confidence_become_concepts(spark) -> None:
    cases = {
        "PMC1": ((), 0.5, None), "PMC2": (("general",), 0.5, 0.9), "PMC3": (("negated",), 0.5, 0.3),
        "PMC4": ((), 0.5, 0.29), "PMC5": ((), 0.5, 1.0),
    }  # fmt: skip
    rows = frame(spark, "mentions", *(mention(key, *case) for key, case in cases.items()))

    def chosen(flags: tuple[str, ...], confidence: float | None) -> set[str]:
        return {row.figure_key[:4] for row in chosen_mentions(rows, flags, confidence).collect()}

    assert chosen(("general", "address"), 0.3) == {"PMC1", "PMC3", "PMC5"}
    assert chosen((), 0.95) == {"PMC1", "PMC5"}
    assert chosen((), None) == set(cases)
