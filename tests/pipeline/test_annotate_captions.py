"""annotate_captions on tiny articles: what a mention carries, and what makes which caption be linked anew."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
from articles import jats, run, write
from corpus import CAPTIONS, FIGURES, TERMS, Corpus

from medconcept.config import CentralityConfig, StatisticsConfig, TripletsConfig
from medconcept.errors import ConfigError, InputError, LakeError
from medconcept.lake.lake import Lake

OWN = ("PMC1#", "PMC2#", "PMC3#")  # the articles of the shared lake that are this module's


def rows(lake) -> dict[str, object]:
    """Mentions of this module's articles by key."""
    return {m.mention_key: m for m in lake.read("mentions").collect() if m.figure_key.startswith(OWN)}


@pytest.fixture(scope="module")
def made(spark, corpus: Corpus):
    return Lake(spark, corpus.settings.lake), corpus.settings, corpus.counts


def test_a_mention_carries_what_the_linker_found(made) -> None:
    found = rows(made[0])
    attack = found["PMC1#f1@7-19"]
    assert (attack.text, attack.concept_id, attack.source_id) == ("heart attack", "C0027051", "T:1")
    assert (attack.name, attack.source, attack.method) == ("heart attack", "T", "exact")
    assert (attack.panels, attack.flags, attack.semantic_types) == (["A"], ["negated"], ["disease"])
    assert attack.dictionary_sha256 == made[0].head().dictionary_sha256
    # A configured source without a level is a free one.
    assert {m.restriction_level for m in found.values()} == {0}
    assert all(0 < m.confidence < 1 and m.confidence_evidence for m in found.values() if m.concept_id)
    hearts = found["PMC1#f1@34-40"]
    assert (hearts.text, hearts.panels, hearts.method, hearts.sentence) == ("hearts", ["B"], "inflected", 1)
    assert 0.8 <= hearts.similarity < 1.0
    assert hearts.first_token == hearts.last_token > attack.last_token > attack.first_token


@pytest.mark.parametrize(
    ("job", "version"), [("build_dictionary", "FORMS_VERSION"), ("annotate_captions", "LINKING_VERSION")]
)
def test_other_rules_of_the_same_release_are_other_settings(made, monkeypatch, job, version) -> None:
    from medconcept.pipeline.registry import MODULES, stage
    from medconcept.stages.context import Context

    lake, settings, _ = made
    context = Context(job, lake, settings, "run", datetime.now(timezone.utc), lake.head(), print)
    before = stage(job).settings_digest(context)
    assert stage(job).settings_digest(context) == before == lake.last_commit_of(job)["settings_digest"]
    monkeypatch.setattr(f"medconcept.stages.{MODULES[job]}.{version}", "other")
    assert stage(job).settings_digest(context) != before


def test_a_short_form_of_another_caption_of_the_article_is_known(made) -> None:
    short = rows(made[0])["PMC1#f2@0-2"]
    assert (short.text, short.concept_id, short.method) == ("HA", "C0027051", "abbreviation")


def test_a_mention_in_two_pieces_has_a_key_of_its_own(made) -> None:
    pieces = rows(made[0])["PMC1#f2@10-14+25-34"]
    assert (pieces.text, pieces.concept_id) == ("left ventricle", "T:4")
    assert [(s.start, s.end) for s in pieces.spans] == [(10, 14), (25, 34)]


def test_what_says_little_and_what_stands_in_an_address_is_flagged(made) -> None:
    found = rows(made[0])
    assert found["PMC2#f1@0-6"].flags == ["general"]
    assert found["PMC2#f1@14-19"].flags == ["address"]


def test_captions_in_other_languages_are_counted_and_not_linked(made) -> None:
    lake, _, reports = made
    assert not [key for key in rows(lake) if key.startswith("PMC3")]
    counts = reports["annotate_captions"]
    linked = (counts["captions.in"], counts["captions.linked"], counts["captions.other_language"])
    assert linked == (CAPTIONS, CAPTIONS - 1, 1)


def own_triplets(lake) -> dict[str, object]:
    return {t.figure_key: t for t in lake.read("triplets").collect() if t.figure_key.startswith(OWN)}


def test_triplets_carry_the_chosen_part_and_leave_out_what_the_configuration_says(
    spark, made, corpus: Corpus, tmp_path: Path
) -> None:
    lake, _, counts = made
    triplets = own_triplets(lake)
    assert set(triplets) == {"PMC1#f1", "PMC1#f2", "PMC2#f1"}
    attack, short, hearts = triplets["PMC1#f1"].concepts
    assert (short.text, short.method) == ("HA", "abbreviation")
    assert (attack.text, attack.panels, attack.flags, attack.method) == (
        "heart attack", ["A"], ["negated"], "exact",
    )  # fmt: skip
    assert (attack.preferred_name, hearts.concept_id) == ("myocardial infarction", "T:2")
    assert (attack.semantic_groups, hearts.semantic_groups) == (["DISO"], ["ANAT"])
    assert (attack.restriction_level, attack.confidence) == (0, rows(lake)["PMC1#f1@7-19"].confidence)

    def figures(counts: dict[str, int], what: str = "figures.") -> dict[str, int]:
        return {name: n for name, n in counts.items() if name.startswith(what)}

    others = {"figures.in": FIGURES, "figures.no_caption": 1, "figures.no_concept": 3}
    assert figures(counts["assemble_triplets"]) == {**others, "figures.used": 15}
    # By default general names and addresses, and those of little confidence.
    strict = replace(corpus.copy(tmp_path), triplets=TripletsConfig(min_confidence=None))
    other, (report,) = run(spark, strict, "assemble_triplets")
    assert set(own_triplets(other)) == {"PMC1#f1", "PMC1#f2"}
    assert figures(report.counts) == {**others, "figures.used": 14, "figures.excluded": 1}
    every = lake.read("mentions").where("concept_id IS NOT NULL").count()
    assert figures(report.counts, "mentions.") == {
        "mentions.in": every, "mentions.used": every - 2, "mentions.excluded": 2, "mentions.confidence": 0,
    }  # fmt: skip


def test_what_a_caption_is_not_about_is_flagged_and_may_be_left_out(
    spark, made, corpus: Corpus, tmp_path: Path
) -> None:
    lake = made[0]
    for triplet in lake.read("triplets").collect():
        for concept in triplet.concepts:
            assert concept.centrality_method == "score:1"
            assert ("peripheral" in concept.flags) == (concept.centrality < 0.3)
    settings = corpus.copy(tmp_path)
    cut = max(m.centrality for m in rows(lake).values() if m.figure_key == "PMC1#f1")
    settings = replace(
        settings,
        centrality=CentralityConfig(cut=cut),
        triplets=TripletsConfig(("peripheral",), min_confidence=None),
    )
    other, reports = run(spark, settings, "annotate_captions", "assemble_triplets")
    assert {key: m.centrality for key, m in rows(other).items()} == {
        key: m.centrality for key, m in rows(lake).items()
    }
    flagged = {key: "peripheral" in m.flags for key, m in rows(other).items()}
    assert flagged == {key: m.centrality < cut for key, m in rows(other).items()}
    assert 0 < sum(flagged.values()) < len(flagged)
    kept = {t.figure_key: {c.centrality for c in t.concepts} for t in other.read("triplets").collect()}
    assert kept["PMC1#f1"] == {cut}
    assert reports[1].counts["figures.excluded"] == lake.read("triplets").count() - len(kept)


def test_another_dictionary_writes_what_it_changes_and_parses_nothing(
    spark, made, corpus: Corpus, tmp_path: Path
) -> None:
    lake = made[0]
    settings = corpus.copy(tmp_path)
    source = replace(settings.dictionary.sources[0], path=str(tmp_path / "terms.tsv"))
    settings = replace(settings, dictionary=replace(settings.dictionary, sources=(source,)))
    (tmp_path / "terms.tsv").write_text(TERMS + "T:7\tnothing\tother\t\n")
    old = rows(lake)
    parsed = {name: lake.head().versions[name] for name in ("articles", "figures")}
    other, reports = run(spark, settings, "build_dictionary", "annotate_captions", "assemble_triplets")
    new = rows(other)
    assert set(new) - set(old) == {"PMC2#f2@0-7"}
    assert {
        key: row for key, row in new.items() if key in old
    } == old  # run, time and dictionary as they were
    counts = reports[1].counts
    changed = (counts["captions.linked"], counts["mentions.written"], counts["mentions.deleted"])
    assert changed == (CAPTIONS - 1, 1, 0)
    assert reports[2].counts["triplets.written"] == 1
    assert {name: other.head().versions[name] for name in parsed} == parsed
    # And back: the dictionary of before, its file still there, takes away what the other gave.
    (tmp_path / "terms.tsv").write_text(TERMS)
    back, reports = run(spark, settings, "build_dictionary", "annotate_captions")
    assert back.head().dictionary_sha256 == lake.head().dictionary_sha256
    assert reports[1].counts["mentions.deleted"] == 1 and rows(back) == old


def test_what_an_article_says_anew_reaches_its_other_captions(
    spark, made, corpus: Corpus, tmp_path: Path
) -> None:
    settings = corpus.copy(tmp_path)
    changed = jats("1", "(A) No heart attack. (B) Two hearts.", "HA of the left and right ventricle")
    write(tmp_path / "in", a1_xml=changed)
    other, reports = run(spark, settings, "sync_articles", "parse_articles", "annotate_captions")
    assert "PMC1#f2@0-2" not in rows(other)  # the article no longer says what HA is
    counts = reports[2].counts
    # Gone are both HA; "Two hearts" stands elsewhere now, and its key is its place. The other three mentions
    # are a larger part of what their captions name, which is of weight for their centrality.
    assert (counts["captions.in"], counts["mentions.written"], counts["mentions.deleted"]) == (2, 4, 3)


@pytest.mark.long  # rebuilds, minutes each: make test-long
@pytest.mark.slow  # six runs of the stages
def test_frequent_concepts_by_pinned_statistics_and_increments_equal_a_rebuild(
    spark, made, corpus: Corpus, tmp_path: Path
) -> None:
    from medconcept.stages.publish_release import content_digest

    settings = corpus.copy(tmp_path)
    settings = replace(settings, annotate=replace(settings.annotate, frequent_share=0.1))
    pinned = replace(settings, statistics=StatisticsConfig(release="r1"))
    counting, (report,) = run(spark, pinned, "count_concepts")
    counted = {
        r.concept_id: (r.captions, r.captions_in_all) for r in counting.read("concept_statistics").collect()
    }
    assert counted["C0027051"] == (8, CAPTIONS) and counted["T:6"] == (1, CAPTIONS)
    assert report.counts["concepts"] == len(counted) == 6
    assert run(spark, pinned, "count_concepts")[1][0].status == "nothing new"

    write(tmp_path / "in", new_xml=jats("104", "heart and tissue", "tissue"))
    grown, _ = run(spark, pinned, "annotate_captions", "sync_articles", "parse_articles", "annotate_captions")
    flags = {m.mention_key: m.flags for m in grown.read("mentions").collect()}
    assert set(flags["PMC1#f1@7-19"]) - {"peripheral"} == {"frequent", "negated"}
    # Three of twenty captions name tissue by now; one of eighteen did when they were counted.
    assert set(flags["PMC104#f2@0-6"]) - {"peripheral"} == {"general"}

    # Anew, with what was counted in the other lake.
    anew = replace(
        pinned, lake=str(tmp_path / "anew"), statistics=StatisticsConfig(release="r1", lake=pinned.lake)
    )
    names = ("sync_articles", "parse_articles", "build_dictionary", "count_concepts", "annotate_captions")
    rebuilt, _ = run(spark, anew, *names)
    for table in ("concept_statistics", "mentions"):
        assert content_digest(grown.read(table)) == content_digest(rebuilt.read(table)), table


def test_concepts_are_frequent_by_the_captions_in_the_lake(
    spark, corpus: Corpus, tmp_path: Path, monkeypatch
) -> None:
    from medconcept.stages.annotate import frequent

    def named_and_flagged(lake: Lake) -> dict[str, tuple[float, set[bool]]]:
        """Of each concept the share of captions that name it, and whether its mentions are flagged."""
        captions = lake.read("figures").where("caption IS NOT NULL").count()
        seen: dict[str, tuple[set[str], set[bool]]] = {}
        for row in lake.read("mentions").collect():
            figures, flagged = seen.setdefault(row.concept_id, (set(), set()))
            figures.add(row.figure_key)
            flagged.add("frequent" in row.flags)
        return {key: (len(figures) / captions, flagged) for key, (figures, flagged) in seen.items()}

    monkeypatch.setattr(frequent, "LEAST_CAPTIONS", CAPTIONS + 4)
    settings = corpus.copy(tmp_path)
    # Two more articles, of four captions: from now on there are enough to count.
    write(tmp_path / "in", c_xml=jats("104", "Two hearts", "tissue"), d_xml=jats("105", "tissue", "tissue"))
    grown, (*_, report) = run(spark, settings, "sync_articles", "parse_articles", "annotate_captions")
    assert report.counts["captions.in"] == 4  # no other caption is linked again
    seen = named_and_flagged(grown)
    assert seen == {key: (share, {share >= 0.05}) for key, (share, _) in seen.items()}
    assert {True} in (states := [flagged for _, flagged in seen.values()]) and {False} in states


def test_the_flag_of_frequent_concepts_is_set_and_taken_away(spark) -> None:
    from medconcept.stages.annotate.frequent import flag_frequent, have_other_flags

    rows = [("C1", ["frequent", "negated"]), ("C2", ["uncertain"]), (None, [])]
    mentions = spark.createDataFrame(rows, "concept_id string, flags array<string>")
    frequent = spark.createDataFrame([("C2",)], "concept_id string")
    flagged = flag_frequent(mentions, frequent)
    found = {row["concept_id"]: row["flags"] for row in flagged.collect()}
    assert found == {"C1": ["negated"], "C2": ["frequent", "uncertain"], None: []}
    assert have_other_flags(mentions, frequent) and not have_other_flags(flagged, frequent)
    assert have_other_flags(flagged, frequent.limit(0))


def test_other_statistics_change_flags_without_linking(
    spark, made, corpus: Corpus, tmp_path: Path, monkeypatch
) -> None:
    lake, settings = made[0], corpus.copy(tmp_path)
    settings = replace(settings, annotate=replace(settings.annotate, frequent_share=0.4))
    run(spark, settings, "annotate_captions", "count_concepts")
    other, (report,) = run(spark, settings, "annotate_captions")
    assert report.counts["captions.in"] == report.counts["mentions.found"] == 0
    # Of the eighteen captions eight name the heart attack, and ten the heart.
    frequent = {key for key, row in rows(other).items() if "frequent" in row.flags}
    assert {rows(other)[key].concept_id for key in frequent} == {"C0027051", "T:2"}
    assert len(frequent) == 5
    # How many captions name a concept is of weight for its centrality, too: every mention is another.
    old, new = rows(lake), rows(other)
    assert report.counts["mentions.written"] == other.read("mentions").count() and len(new) == 8
    lost = {key: old[key].centrality - new[key].centrality for key in new}
    # Named by eight captions and by one: by more, and by fewer, than is assumed of what was not counted.
    assert lost["PMC1#f1@7-19"] > 0 > lost["PMC2#f1@0-6"]


def test_settings_change_what_is_linked(spark, made, corpus: Corpus, tmp_path: Path) -> None:
    lake = made[0]
    after = corpus.copy(tmp_path)
    annotate = replace(after.annotate, threshold=1.0, nested=True, languages=("EN", "de"))
    other, (report,) = run(spark, replace(after, annotate=annotate), "annotate_captions")
    old, new = rows(lake), rows(other)
    assert set(new) - set(old) == {"PMC1#f1@7-12"}  # inside "heart attack"
    # The German caption is looked at now; that English names are not sought there is the linker's rule.
    assert report.counts["captions.other_language"] == 0
    assert "PMC1#f1@34-40" in set(old) - set(new)  # "hearts" is no exact name


def test_what_may_be_linked_to_is_restricted_by_source_type_and_group(made) -> None:
    from medconcept.config import AnnotateConfig
    from medconcept.stages.annotate.annotate_captions import link_settings

    concepts = made[0].read("concepts")
    every = link_settings(AnnotateConfig(), concepts)
    assert (every.sources, every.semantic_types) == (None, None)
    some = link_settings(AnnotateConfig(sources=("T",), semantic_types=("cell",)), concepts)
    assert (some.sources, some.semantic_types) == ({"T"}, {"cell"})
    grouped = link_settings(AnnotateConfig(semantic_types=("cell",), semantic_groups=("DISO",)), concepts)
    assert grouped.semantic_types == {"cell", "disease"}
    assert link_settings(AnnotateConfig(semantic_groups=("GEOG",)), concepts).semantic_types == frozenset()


def test_flags_what_was_learned_and_a_dictionary_that_workers_read_themselves(
    spark, made, corpus: Corpus, tmp_path: Path
) -> None:
    lake = made[0]
    after = corpus.copy(tmp_path)
    surfaces = {"right ventricle": ["T:5", 0, 9], "nothing": ["T:1", 9, 9], "two": ["GOLD:2", 9, 9]}
    learned = {"format": "medconcept learned 1", "surfaces": surfaces, "terms": {}}
    (tmp_path / "learned.json").write_text(json.dumps(learned))
    annotate = replace(
        after.annotate,
        negation=False,
        general=("Heart",),
        not_general=("tissue",),
        learned=str(tmp_path / "learned.json"),
        dictionary_folder=f"{after.lake}/_dictionaries",
    )
    other, (report,) = run(spark, replace(after, annotate=annotate), "annotate_captions")
    found = rows(other)
    assert found["PMC1#f1@7-19"].flags == []
    assert found["PMC1#f1@34-40"].flags == ["general", "peripheral"]
    assert found["PMC2#f1@0-6"].flags == []
    assert "PMC1#f2@19-34" in rows(lake) and "PMC1#f2@19-34" not in found  # learned: never annotated
    tuned = found["PMC2#f2@0-7"]  # learned, and known to the dictionary under its CUI
    assert (tuned.text, tuned.method, tuned.concept_id) == ("nothing", "tuned", "C0027051")
    assert (tuned.source, tuned.restriction_level) == ("T", 0)
    assert report.counts["mentions.unknown_term"] == 1  # "Two" is of a term that it does not know
    missing = replace(after, annotate=replace(annotate, learned=str(tmp_path / "none.json")))
    with pytest.raises(InputError, match=r"annotate.learned: .*none.json: no such file"):
        run(spark, missing, "annotate_captions")


def test_a_dictionary_that_is_gone_or_damaged_stops_the_job_with_one_line(
    spark, made, corpus: Corpus, tmp_path: Path
) -> None:
    lake = made[0]
    after = corpus.copy(tmp_path)
    file = Path(after.lake) / "_dictionaries" / lake.head().dictionary_sha256
    anew = replace(after, annotate=replace(after.annotate, threshold=0.9))
    (file.parent / f".{file.name}.crc").unlink(missing_ok=True)
    damaged = bytearray(file.read_bytes())
    damaged[-1] ^= 1
    file.write_bytes(damaged)
    # Read where it lies: under its name Spark has brought the sound file to this host already.
    direct = replace(anew, annotate=replace(anew.annotate, dictionary_folder=str(file.parent)))
    with pytest.raises(
        LakeError, match=rf"compiled dictionary {file.name[:12]}\w*: its checksum is"
    ) as raised:
        run(spark, direct, "annotate_captions")
    assert "\n" not in str(raised.value)
    file.unlink()
    with pytest.raises(LakeError, match=rf"{file.name}: the compiled dictionary is missing"):
        run(spark, anew, "annotate_captions")


def test_what_no_run_can_use_is_refused_at_once() -> None:
    from medconcept.config import parse_config

    for annotate, expected in (
        ({"treshold": 0.9}, "unknown key 'annotate.treshold'"),
        ({"threshold": 2}, "annotate.threshold must be from 0 to 1"),
        ({"semantic_groups": ["DISEASE"]}, "annotate.semantic_groups: no group 'DISEASE'"),
        ({"languages": "en"}, "'annotate.languages' must be a list"),
        ({"partitions": 0}, "annotate.partitions must be 1 or more"),
    ):
        with pytest.raises(ConfigError, match=expected):
            parse_config({"annotate": annotate})
    with pytest.raises(ConfigError, match=r"triplets.exclude_flags: no flag 'vague'"):
        parse_config({"triplets": {"exclude_flags": ["vague"]}})
    with pytest.raises(ConfigError, match=r"centrality.cut must be from 0 to 1, not -1"):
        parse_config({"centrality": {"cut": -1}})
    with pytest.raises(ConfigError, match=r"statistics.lake needs statistics.release"):
        parse_config({"statistics": {"lake": "elsewhere"}})
