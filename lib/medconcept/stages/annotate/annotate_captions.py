"""annotate_captions: Spark NLP's entities, sentences and tokens, and the linker, from captions to `mentions`.

If the dictionary, a setting or the code has changed, every caption is linked again from the tables, without
parsing, and only rows that differ are written. The captions that a change of the dictionary affects cannot be
determined in advance: a name may match through an abbreviation of the article, a coordinated head or a
similar form, and the dictionary's words decide what counts as a plural.
"""

from __future__ import annotations

import hashlib
from functools import partial

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from medconcept.confidence import model as confidence_model
from medconcept.config import AnnotateConfig
from medconcept.errors import InputError, LakeError
from medconcept.linking.types import LINKING_VERSION, LinkSettings
from medconcept.reader.layout import DICTIONARIES
from medconcept.spark.hadoop_files import HadoopFiles
from medconcept.spark.progress import Count, Counter
from medconcept.spark.shared_files import SharedFile
from medconcept.spark_nlp.tokenisation import OFFSET_COLUMNS, sentences_and_tokens
from medconcept.stages.annotate import centrality
from medconcept.stages.annotate.entities import (
    entity_kinds,
    recogniser_settings,
    with_entities,
    with_entities_in_doubt,
)
from medconcept.stages.annotate.frequent import (
    flag_frequent,
    frequent_concepts,
    have_other_flags,
    other_mentions,
)
from medconcept.stages.annotate.linker_settings import general_names, settings_with
from medconcept.stages.context import Articles, Context
from medconcept.stages.dictionary.compile_dictionary import send_dictionary
from medconcept.stages.stage import SideResult, Stage, StageOutput
from medconcept.workers.annotate.link_captions import ENTITIES, LINKED, LinkJob, link_batches
from medconcept.workers.annotate.sentences_in_doubt import IN_DOUBT

CAPTION = ("figure_key", "article_key", "caption", "language", "panels", "abbreviations", *OFFSET_COLUMNS)


def settings(context: Context) -> tuple[object, ...]:
    """Return the dictionary, its settings and code versions: a change links every caption again."""
    annotate = context.config.annotate
    # Neither the paths of files nor the number of partitions changes any row.
    chosen = {
        name: value
        for name, value in vars(annotate).items()
        if name not in ("partitions", "dictionary_folder", "learned", "recogniser")
    }
    if annotate.recogniser:
        chosen["recogniser"] = recogniser_settings(context)
    learned = None if annotate.learned is None else _checksum(_read_learned(context, annotate.learned))
    of_centrality = centrality.settings(context.config.centrality)
    of_confidence = confidence_model.checksum()
    return (LINKING_VERSION, chosen, learned, of_centrality, of_confidence, context.head.dictionary_sha256)


def build(context: Context) -> StageOutput:
    """Link captions of new and changed articles, flag frequent concepts. Raises LakeError or InputError."""
    sha256 = context.head.dictionary_sha256
    if sha256 is None:
        raise LakeError(f"{context.lake.root}: there is no dictionary yet; run build_dictionary first")
    annotate, job = context.config.annotate, link_job(context, sha256)
    changed = context.changed_articles("figures", "articles")
    inputs = _input_rows(context, changed)
    captions = with_abbreviations(*inputs)
    scope = context.current_rows("mentions", changed)
    is_linked = is_in_languages(annotate.languages)
    spread = captions.where(is_linked).repartition(annotate.partitions, "figure_key")
    tokens = sentences_and_tokens(with_entities(context, spread), detect_sentences=annotate.detect_sentences)
    tokens = with_entities_in_doubt(context, tokens, job)
    count = Count("captions", captions.where(is_linked).count)
    with context.progress.counting(context.lake.spark, count) as counter:
        all_mentions = linked = context.checkpoint("linked", link(tokens, job, counter))
    if annotate.learned is not None:
        linked = of_dictionary_terms(linked, context.read("concept_names"))
        linked = context.checkpoint("of-dictionary-terms", linked)
    rows = linked.withColumn("dictionary_sha256", F.lit(sha256))
    frequent = frequent_concepts(context, linked, changed, annotate.frequent_share)
    is_recount = changed is not None and (
        context.has_changed("concept_statistics")  # of weight for centrality, too
        or have_other_flags(other_mentions(context, changed), frequent)
    )
    if changed is not None and is_recount:
        # Mentions linked before are kept, but their flag "frequent" may change.
        inputs, scope = _input_rows(context, None), context.read("mentions")
        rows = rows.unionByName(other_mentions(context, changed).select(rows.columns))
    rows = flag_frequent(rows, frequent)
    rows = centrality.add(context, rows, linked, *inputs, has_others=is_recount)
    return StageOutput(
        tables={"mentions": (rows, scope)},
        side_result=lambda: SideResult(caption_counts(captions, is_linked, all_mentions, linked)),
        articles=None if is_recount else changed,
        gate_against=("figures", "concepts"),
    )


def _input_rows(context: Context, articles: Articles | None) -> tuple[DataFrame, DataFrame]:
    """Return the rows of figures and articles with the columns that linking and centrality read."""
    columns = ("figure_key", "article_key", "caption", "language", "panels", "section", "citing_paragraphs")
    about = ("article_key", "is_current", "title", "abstract", "abbreviations")
    figures = context.rows_of("figures", articles, cache_columns=columns)
    return figures, context.rows_of("articles", articles, cache_columns=about)


def caption_counts(
    captions: DataFrame, is_linked: Column, all_mentions: DataFrame, linked: DataFrame
) -> dict[str, int]:
    """Count captions, linked captions, mentions, and mentions whose term the dictionary lacks."""
    counted = captions.agg(
        F.count(F.lit(1)).alias("captions.in"), F.count_if(~is_linked).alias("captions.other_language")
    )
    counts = {name: int(value) for name, value in counted.collect()[0].asDict().items()}
    counts["captions.linked"] = counts["captions.in"] - counts["captions.other_language"]
    mentions = all_mentions.count()
    return {**counts, "mentions.found": mentions, "mentions.unknown_term": mentions - linked.count()}


def with_abbreviations(figures: DataFrame, articles: DataFrame) -> DataFrame:
    """Return one row for each figure with a caption, with its article's short and long forms."""
    pair = F.transform(
        "abbreviations", lambda a: F.struct(a["short"].alias("short"), a["long"].alias("long"))
    )
    pairs = articles.where("is_current").select("article_key", F.array_distinct(pair).alias("abbreviations"))
    panels = F.transform("panels", lambda p: F.struct(p["labels"].alias("labels"), p["start"], p["end"]))
    captions = figures.where(F.col("caption").isNotNull()).select(
        "figure_key", "article_key", "caption", "language", panels.alias("panels")
    )
    return captions.join(pairs, "article_key", "left")


def is_in_languages(languages: tuple[str, ...]) -> Column:
    """True if a caption is in one of the languages, or if its language is unknown."""
    language = F.lower(F.element_at(F.split("language", "[-_]"), 1))
    return F.coalesce(language.isin(*(name.lower() for name in languages)), F.lit(True))


def link_job(context: Context, sha256: str) -> LinkJob:
    """Return the settings of the workers, and distribute the dictionary to them.

    Spark copies the dictionary to each host once, and all workers of a host map the same pages. The job
    contains only its name, which is its checksum. Raises LakeError or InputError if a file is missing.
    """
    annotate = context.config.annotate
    learned = None
    if annotate.learned is not None:
        data = _read_learned(context, annotate.learned)
        learned = _checksum(data)
        if not context.lake.files.exists(f"{DICTIONARIES}/{learned}"):
            context.lake.files.write(f"{DICTIONARIES}/{learned}", data)
    return LinkJob(
        dictionary=_share(context, sha256),
        settings=link_settings(annotate, context.read("concepts")),
        general=general_names(annotate),
        learned=None if learned is None else _share(context, learned),
        kinds=entity_kinds(annotate, context.read("concepts")),
    )


def link(tokens: DataFrame, job: LinkJob, counter: Counter | None = None) -> DataFrame:
    """Link captions: returns one row of LINKED for each mention; `counter` counts `captions`."""
    columns = [name for name in (*CAPTION, *ENTITIES, *IN_DOUBT) if name in tokens.columns]
    return tokens.select(*columns).mapInArrow(partial(link_batches, job=job, counter=counter), LINKED)


def link_settings(annotate: AnnotateConfig, concepts: DataFrame) -> LinkSettings:
    """Return the linker's settings from the configuration; semantic groups become the types in them."""
    return settings_with(annotate, lambda groups: _types_in(groups, concepts))


def _types_in(groups: tuple[str, ...], concepts: DataFrame) -> set[str]:
    inside = F.arrays_overlap("semantic_groups", F.array(*map(F.lit, groups)))
    each = concepts.select(F.explode("semantic_types").alias("kind"), inside.alias("inside"))
    always = each.groupBy("kind").agg(F.bool_and(F.coalesce("inside", F.lit(False))).alias("always"))
    return {row["kind"] for row in always.where("always").collect()}


def of_dictionary_terms(mentions: DataFrame, names: DataFrame) -> DataFrame:
    """Give mentions of learned terms the concept that the dictionary has for the term.

    Learned terms are those of the gold's terminologies; mentions of terms that the dictionary lacks are
    removed.
    """
    tuned = F.col("method") == "tuned"
    terms = names.groupBy("source_id").agg(
        F.min(F.struct("source_rank", "concept_id", "source", "restriction_level")).alias("_term")
    )
    learned = (
        mentions.where(tuned)
        .join(terms, "source_id")
        .withColumns(
            {
                "concept_id": F.col("_term.concept_id"),
                "source": F.col("_term.source"),
                "restriction_level": F.col("_term.restriction_level"),
                "alternatives": F.filter(
                    "alternatives", lambda a: a["concept_id"] != F.col("_term.concept_id")
                ),
            }
        )
    )
    return mentions.where(~tuned).unionByName(learned.select(mentions.columns))


def _share(context: Context, sha256: str) -> SharedFile:
    folder = context.config.annotate.dictionary_folder
    if folder is None:
        send_dictionary(context, sha256)
    return SharedFile(sha256, folder)


def _read_learned(context: Context, path: str) -> bytes:
    file = HadoopFiles(context.lake.spark, path)
    if not file.exists(""):
        raise InputError(f"annotate.learned: {path}: no such file")
    return file.read("")


def _checksum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


STAGE = Stage(
    name="annotate_captions",
    version=3,
    inputs=("articles", "figures", "concept_statistics"),
    settings=settings,
    build=build,
    by_article=("mentions",),
)
