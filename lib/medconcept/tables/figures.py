"""figures: one row for each <fig> element of each current article."""

from pyspark.sql.types import IntegerType, StringType

from medconcept.jats.records.figure import Figure
from medconcept.tables.column import column
from medconcept.tables.nested import columns_of
from medconcept.tables.table import Table

FIGURES = Table(
    name="figures",
    comment="One row for each <fig> element of the current version of each article",
    key=("figure_key",),
    scope=("article_key",),
    former_names={"citing_paragraphs": "mentions"},
    columns=(
        *columns_of(Figure, "figure_key"),
        column(
            "article_key",
            StringType(),
            "The article that the figure stands in",
            "doi:10.1371/journal.pbio.0020334",
        ),
        column("article_version", IntegerType(), "Version of that article", "1"),
        *columns_of(
            Figure,
            "ordinal",
            "fig_id",
            "label",
            "kind",
            "fig_type",
            "parent_key",
            "group_id",
            "group_label",
            "group_caption",
            "position",
            "section",
            "section_path",
            "section_types",
            "sub_article",
            "translation_of",
            "language",
            "caption_title",
            "caption_text",
            "caption",
            "caption_markup",
            "translated_captions",
            "panels",
            "alt_text",
            "long_desc",
            "object_ids",
            "doi",
            "rights",
            "citing_paragraphs",
            "graphics",
        ),
        column(
            "source_sha256",
            StringType(),
            "SHA-256 of the file that this row was read from",
            "0033df07cb8b…",
        ),
    ),
)
