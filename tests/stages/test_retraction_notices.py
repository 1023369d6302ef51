"""A retraction notice in the lake marks the article that it retracts, and its triplets, in any order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from articles import jats, run, write

from medconcept.jats.records.article_parts import RelatedArticle
from medconcept.lake.lake import Lake
from medconcept.stages.source_metadata import articles_of_works, with_notices, works_in_notices
from medconcept.tables.nested import list_of

DOI = "10.1234/Work.5"


def related(kind: str, target: str | None, link: str | None = "doi", text: str = "") -> str:
    address = f' xlink:href="{target}"' if target is not None else ""
    link_type = f' ext-link-type="{link}"' if link is not None else ""
    return f'<related-article related-article-type="{kind}"{link_type}{address}>{text}</related-article>'


def notice(pmcid: str, *relations: str, date: str = "2021") -> str:
    """A retraction notice without a figure."""
    return jats(pmcid, date=date).replace("</article-meta>", "".join(relations) + "</article-meta>")


def flags(lake: Lake) -> dict[str, tuple[bool, str | None]]:
    """Whether each article is retracted, and by what evidence."""
    rows = Lake(lake.spark, lake.root).read("articles").where("is_current").collect()
    return {row["article_key"]: (row["is_retracted"], row["retraction_evidence"]) for row in rows}


BY_NOTICE, NOT = (True, "retraction notice: PMC90"), (False, None)


@pytest.mark.slow  # six runs of jobs
def test_the_article_is_marked_as_long_as_a_current_notice_says_so(
    spark: Any, released: Any, tmp_path: Path
) -> None:
    of_works = [related("retracted-article", DOI), related("Retracted_Article", "PMC92", "pmc")]
    files = {"n_xml": notice("90", *of_works), "y_xml": jats("92", "liver")}
    settings = released.copy_of(released.settings, tmp_path, **files)
    settings = replace(settings, sync=replace(settings.sync, prune=True))
    parse = ("sync_articles", "parse_articles")
    lake, _ = run(spark, settings, *parse)
    assert flags(lake)["PMC92"] == BY_NOTICE and flags(lake)["PMC90"] == NOT

    # The article comes after its notice; its triplets are marked, too.
    write(tmp_path / "in", x_xml=jats("91", "a heart", doi=DOI.lower()))
    lake, (_, report, *_) = run(
        spark, settings, *parse, "annotate_captions", "resolve_images", "assemble_triplets"
    )
    assert flags(lake)["PMC91"] == BY_NOTICE

    def triplets() -> dict[str, bool]:
        rows = Lake(spark, lake.root).read("triplets").where("article_key LIKE 'PMC9%'").collect()
        return {row["article_key"]: row["is_retracted"] for row in rows}

    assert triplets() == {"PMC91": True}
    untouched = {row["run_id"] for row in lake.read("articles").where("article_key = 'PMC1'").collect()}

    # The notice goes.
    (tmp_path / "in/n.xml").unlink()
    lake, _ = run(spark, settings, *parse, "annotate_captions", "resolve_images", "assemble_triplets")
    assert flags(lake)["PMC91"] == flags(lake)["PMC92"] == NOT
    assert triplets() == {"PMC91": False}

    # It comes back, after the articles, then its next version retracts one of them only.
    write(tmp_path / "in", n_xml=files["n_xml"])
    lake, (_, report) = run(spark, settings, *parse)
    assert flags(lake)["PMC91"] == flags(lake)["PMC92"] == BY_NOTICE
    assert report.counts["events.retracted"] == 2
    write(tmp_path / "in", o_xml=notice("90", of_works[1], date="2022"))
    lake, _ = run(spark, settings, *parse)
    assert flags(lake)["PMC91"] == NOT and flags(lake)["PMC92"] == BY_NOTICE
    rows = lake.read("articles").where("article_key = 'PMC1'").collect()
    assert {row["run_id"] for row in rows} == untouched, "other articles are not written again"


RELATIONS = [
    (("retracted-article", "doi", "10.1234/A(b)C;d", None), {"PMC1"}),
    (("partially-retracted-article", "doi", "https://doi.org/10.1234%2FW", None), {"doi:10.1234/w"}),
    (("withdrawn-article", None, "doi:10.1234/w", None), {"doi:10.1234/w"}),
    (("Retracted Article", "DOI", " http://dx.doi.org/10.1234/W ", None), {"doi:10.1234/w"}),
    (("retraction-of", "pmc", "PMC3", None), {"PMC3"}),
    (("retracted-article", "pmc", "3", None), {"PMC3"}),
    (("retracted-article", "uri", "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC3/", None), {"PMC3"}),
    (("retracted-article", "pubmed", "33", None), {"PMC3"}),
    (("retracted-article", "uri", "https://pubmed.ncbi.nlm.nih.gov/33/", None), {"PMC3"}),
    (("retracted-article", None, None, "Doe J. A work. doi: 10.1234/W. 2020"), {"doi:10.1234/w"}),
    (("removed-article", "doi", "10.1234/w", None), {"doi:10.1234/w"}),
    # The other way, or another kind of relation.
    (("retracted-by", "doi", "10.1234/w", None), set()),
    (("retraction-forward", "doi", "10.1234/w", None), set()),
    (("is-retracted-by", "doi", "10.1234/w", None), set()),
    (("corrected-article", "doi", "10.1234/w", None), set()),
    (("commentary-article", "doi", "10.1234/w", None), set()),
    ((None, "doi", "10.1234/w", None), set()),
    # A number is no address without its kind; another work's DOI begins alike; a notice is not about itself.
    (("retracted-article", None, "33", None), set()),
    (("retracted-article", "doi", "10.1234/w2", None), set()),
    (("retracted-article", "doi", "10.1234/N", None), set()),
]


@pytest.fixture(scope="module")
def marked(spark: Any) -> list[set[str]]:
    """The works that each relation of RELATIONS marks as retracted."""
    works = {
        "PMC1": ("10.1234/a(b)c;d", "PMC1", "11"),
        "PMC3": (None, "PMC3", "33"),
        "doi:10.1234/w": ("10.1234/w", None, None),
        "doi:10.1234/n": ("10.1234/n", None, None),
    }
    versions = spark.createDataFrame(
        [(key, *ids, False, False, None) for key, ids in works.items()],
        "article_key string, doi string, pmcid string, pmid string, has_concern boolean, "
        "is_retracted boolean, retraction_evidence string",
    )
    links = list_of(RelatedArticle).simpleString()
    said = spark.createDataFrame(
        [
            ("doi:10.1234/n" if n == len(RELATIONS) - 1 else f"N{n}", [r])
            for n, (r, _) in enumerate(RELATIONS)
        ],
        f"article_key string, related_articles {links}",
    )
    named = works_in_notices(said)
    by_notice = articles_of_works(versions, named).where("kind = 'retraction'").collect()
    rows = with_notices(versions, named).collect()
    assert len(rows) == len(works), "one row in, one row out"
    evidence = {row["article_key"]: row["retraction_evidence"] for row in rows if row["is_retracted"]}
    first = {"PMC1": "N0", "PMC3": "N4", "doi:10.1234/w": "N1"}  # of several notices
    assert evidence == {key: f"retraction notice: {name}" for key, name in first.items()}
    return [
        {row["article_key"] for row in by_notice if row["notice"] == f"N{n}"} for n in range(len(RELATIONS))
    ]


@pytest.mark.parametrize("number", range(len(RELATIONS)))
def test_what_a_relation_retracts(marked: list[set[str]], number: int) -> None:
    assert marked[number] == RELATIONS[number][1]
