"""Panels against captions labelled by reading them: 769 that the code was made on, 116 labelled after it.

They were labelled in seven rounds of a hundred or more, each before anybody saw what the code makes of it;
when the code was changed for what a round had shown, that round was used up. What each gave when it was first
measured: boundary F1 0.894, 0.869, 0.929, 0.934, 0.946, 0.943; the last one, marked `held`, 0.968.

The gold set holds ids, labels and offsets and a hash of the caption, no text. Conventions: a boundary is
where a printed label begins (see `panel_score`); a label is given once, and again only where its own part
begins with it behind a part of several, as in "(B, C) … (C) …"; letters that point at a mark, "(arrows, b)",
and words in running text, "(top right)", are references and no labels. Nested numerals are not labelled.
"""

import json
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import pytest
from panel_score import Score, score
from real_articles import FILES, NO_FILES, named_articles

from medconcept.jats import ArticleRejected, Figure

pytestmark = pytest.mark.skipif(not FILES, reason=NO_FILES)
GOLD = [json.loads(line) for line in (Path(__file__).parent / "panel_gold.jsonl").read_text().splitlines()]


@lru_cache(maxsize=1)
def figures() -> dict[str, Figure]:
    by_key: dict[str, Figure] = {}
    for path in FILES:
        try:
            by_key.update({f.figure_key: f for article in named_articles(path) for f in article.figures})
        except ArticleRejected:
            continue
    return by_key


def scored(held: bool) -> Score:
    """The score over the captions that are here; another article of the set may not be."""
    rows = [row for row in GOLD if row.get("held", False) is held and row["figure"] in figures()]
    if not rows:
        pytest.skip("none of the labelled articles is here")
    return score(rows, figures())


def test_the_set_is_what_it_says() -> None:
    assert len(GOLD) >= 200 and sum(row.get("held", False) for row in GOLD) >= 100
    assert len({row["publisher"] for row in GOLD}) >= 5
    assert len({row["figure"] for row in GOLD}) == len(GOLD)
    fields = {"figure", "article", "publisher", "caption_sha256", "panels", "held"}
    assert all(set(row) <= fields for row in GOLD)


def test_the_captions_are_those_that_were_labelled() -> None:
    wrong = [
        row["figure"]
        for row in GOLD
        if row["figure"] in figures()
        and sha256((figures()[row["figure"]].caption or "").encode()).hexdigest() != row["caption_sha256"]
    ]
    assert wrong == []


def test_boundaries_of_what_the_code_was_made_on() -> None:
    result = scored(held=False)
    assert result.f1 >= 0.95, result


def test_boundaries_of_what_it_was_not_made_on() -> None:
    """Measured once, right after the labelling: F1 0.968, precision 0.956, recall 0.980, 245 boundaries.

    A random sample (seeded) of what was not labelled yet, from five publishers; 49 of the captions have no
    panels. What is wrong: marks within one picture taken for panels ("three parts (a) the tip, (b) …"),
    primed letters of insets, sentences that begin with a label and only refer to it ("(I) is a stacked
    image").
    """
    result = scored(held=True)
    if all(row["figure"] in figures() for row in GOLD):  # what was measured is the score of the whole set
        assert result.f1 >= 0.96, result
        assert min(result.precision, result.recall) >= 0.95, result
