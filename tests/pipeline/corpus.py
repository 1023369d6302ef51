"""The lake of one run over the articles of several test modules: built once a run, read or copied by each.

An article is read by the module that is named at it; the dictionary has the names of all of them. No article
changes what another one gives, so a module looks at the rows of its own articles.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import articles
from articles import jats, run, write

from medconcept.config import (
    AnnotateConfig,
    Config,
    DictionaryConfig,
    DictionarySource,
    SyncConfig,
    TripletsConfig,
)
from medconcept.triplets.options import SplitConfig

# Copies of the lake have it, so that the tests of all jobs also show that a lake may lie under any path.
ODD_NAME = "a lake 100%41 #1 'é\" [1]{a,b}*?"
TERMS = articles.TERMS + (
    "T:4\tleft ventricle\tanatomy\t\nT:5\tright ventricle\tanatomy\t\nT:6\ttissue\tanatomy\t\n"
)
LICENCE = (
    '<permissions><license xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xlink:href="https://creativecommons.org/licenses/by/4.0/"><license-p>CC BY</license-p></license>'
    "</permissions>"
)


def licensed(number: str, *captions: str) -> str:
    """An article under CC BY that cites its first figure."""
    cites = '<p>As <xref ref-type="fig" rid="f1">Fig 1</xref> shows.</p>'
    text = jats(number, *captions).replace("</article-meta>", f"{LICENCE}</article-meta>")
    return text.replace("</body>", f"{cites}</body>")


def cited(number: str, caption: str) -> str:
    """An article with one figure and one table given as an image, each cited by a paragraph."""
    cites = f'<p>See <xref ref-type="fig" rid="f1">Fig {number}</xref>.</p>'
    table = '<table-wrap id="t1"><label>Table 1</label><graphic xlink:href="t1"/></table-wrap>'
    cites += f'{table}<p>See <xref ref-type="table" rid="t1">Table {number}</xref>.</p>'
    return jats(number, caption).replace("</body>", f"{cites}</body>")


def rich(pmcid: str, date: str = "") -> str:
    """An article with each kind of field, known by its DOI and perhaps by its PMC id."""
    return f"""<article xmlns:xlink="http://www.w3.org/1999/xlink"><front><article-meta>
<article-id pub-id-type="doi">10.1234/Rich</article-id>{pmcid}
<title-group><article-title>On H<sub>2</sub>O</article-title></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Roe</surname><given-names>A</given-names></name>
</contrib></contrib-group><kwd-group><kwd>water</kwd></kwd-group>{date}</article-meta></front>
<body><p>See <xref ref-type="fig" rid="f1">Fig 1</xref>.</p><fig id="f1"><label>Fig 1</label>
<caption><p>(A) A heart attack (HA). (B) No HA.</p></caption><graphic xlink:href="g1"/></fig>
</body></article>"""


TWICE = jats("4", "A heart attack. \U0001d6fc Heart is here.", None)
RECOGNISED = "\U0001d6fc. No myocardial infarcton (HA) but Quokkaitis of the heart; ALL"
FILES = {
    # test_annotate_captions
    "a1_xml": jats("1", "(A) No heart attack (HA). (B) Two hearts.", "HA of the left and right ventricle"),
    "a2_xml": jats("2", "Tissue at www.heart.org", "nothing"),
    "a3_xml": jats("3", "heart").replace("<article ", '<article xml:lang="de" '),
    # test_pipeline: every fate of a file
    "b1_xml": TWICE,
    "b2_xml": TWICE,  # exact duplicate
    "b3_xml": jats("5", "heart", date="2019"),
    "b4_xml": jats("5", "Effects on the heart. Attack of all cells, in ALL", date="2021"),  # later version
    "b5_xml": "this is not XML",
    "b6_xml": TWICE[:150],
    "b7_xml": jats(None, "heart"),
    # The DOI alone, then the same work with its PMC id: the figures of both are the work's.
    "b8_xml": rich('<article-id pub-id-type="pmc">13</article-id>'),
    "b9_xml": rich("", "<pub-date><year>2022</year></pub-date>"),
    # test_triplets_of_a_lake
    "c1_xml": licensed("6", "CT scan of a <italic>heart</italic> attack.", "A heart."),
    "c2_xml": jats("7", "heart attack"),
    # test_ner_annotate
    "d1_xml": jats("8", RECOGNISED, "Quokkaitis"),
    "d2_xml": jats("9", "heart"),
    # test_entailment
    "e1_xml": jats("10", "A heart attack. The heart", "heart"),
    # test_migration
    "f1_xml": cited("11", "A heart attack"),
    "f2_xml": cited("12", "liver, heart"),
}
FIGURES, CAPTIONS = 19, 18  # one figure has no caption


@dataclass(frozen=True)
class Corpus:
    """Where the lake lies, and the configuration that it was built with."""

    folder: Path

    @property
    def settings(self) -> Config:
        """The configuration of the lake: all is in train, whatever its flags and confidence."""
        source = DictionarySource("T", "tsv", str(self.folder / "terms.tsv"), "1", "CC0-1.0")
        return Config(
            lake=str(self.folder / "lake"),
            sync=SyncConfig(input=str(self.folder / "in"), source="test"),
            dictionary=DictionaryConfig((source,), similar=True),
            annotate=AnnotateConfig(partitions=2, recogniser=()),
            triplets=TripletsConfig((), min_confidence=None, splits=SplitConfig(validation=0.0, test=0.0)),
        )

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """The counts of each job of the run."""
        return dict(json.loads((self.folder / "counts.json").read_text()))

    def copy(self, folder: Path, name: str = ODD_NAME) -> Config:
        """Copy the lake, under this name, and its input into a folder where they may be changed."""
        settings = self.settings
        lake = folder / name
        shutil.copytree(settings.lake, lake)
        shutil.copytree(self.folder / "in", folder / "in")
        sync = replace(settings.sync, input=str(folder / "in"))
        return replace(settings, lake=str(lake), sync=sync)


def build(spark: Any, folder: Path) -> None:
    """Run the whole pipeline on the articles, with their terms."""
    write(folder / "in", **FILES)
    (folder / "terms.tsv").write_text(TERMS)
    _, reports = run(spark, Corpus(folder).settings)
    (folder / "counts.json").write_text(json.dumps({report.job: dict(report.counts) for report in reports}))
