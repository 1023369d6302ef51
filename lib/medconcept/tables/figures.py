"""figures: one row for each <fig> element of each current article."""

from pyspark.sql.types import ArrayType, IntegerType, StringType

from medconcept.jats.records.article_parts import Named
from medconcept.jats.records.figure import (
    CitingParagraph,
    Graphic,
    Panel,
    Rights,
    Section,
    SubArticle,
    TranslatedCaption,
)
from medconcept.tables.nested import list_of, struct_of
from medconcept.tables.table import Table, column

FIGURES = Table(
    name="figures",
    comment="One row for each <fig> element of the current version of each article",
    key=("figure_key",),
    scope=("article_key",),
    former_names={"citing_paragraphs": "mentions"},
    columns=(
        column("figure_key", StringType(), "<article_key>#<fig id>, #<n> without id, ~2 where an id repeats"),
        column("article_key", StringType(), "The article that the figure stands in"),
        column("article_version", IntegerType(), "Version of that article"),
        column("ordinal", IntegerType(), "0-based place in document order"),
        column("fig_id", StringType(), "id attribute of the <fig>"),
        column("label", StringType(), "Label as printed, such as 'Figure 1'"),
        column(
            "kind", StringType(), "fig, grouped, supplement, table, scheme, chart, map, plate, box or video"
        ),
        column("fig_type", StringType(), "fig-type attribute"),
        column("parent_key", StringType(), "The figure that a supplement or nested figure belongs to"),
        column("group_id", StringType(), "id of the enclosing <fig-group>"),
        column("group_label", StringType(), "Label of the enclosing <fig-group>"),
        column(
            "group_caption",
            StringType(),
            "Caption of the enclosing <fig-group>; never copied to its figures",
        ),
        column("position", StringType(), "body, floats, back, appendix, sub-article or front"),
        column("section", ArrayType(StringType()), "Titles of the enclosing sections, outermost first"),
        column("section_path", list_of(Section), "The same sections with id and type"),
        column("section_types", ArrayType(StringType()), "Their types alone"),
        column("sub_article", struct_of(SubArticle), "The sub-article or response that the figure stands in"),
        column("translation_of", StringType(), "figure_key of the figure that this one repeats, translated"),
        column("language", StringType(), "Nearest xml:lang"),
        column("caption_title", StringType(), "Title of the caption"),
        column("caption_text", StringType(), "Text of the caption without its title"),
        column(
            "caption", StringType(), "Title and text joined by a space: the string that every span indexes"
        ),
        column(
            "caption_markup",
            StringType(),
            "Caption with sup, sub, italic and bold as inline markup",
        ),
        column("translated_captions", list_of(TranslatedCaption), "The caption in other languages"),
        column("panels", list_of(Panel), "Parts of the caption, in code points of caption, end exclusive"),
        column("alt_text", StringType(), "GraphicAlternative text of the figure"),
        column("long_desc", StringType(), "Long description of the figure"),
        column("object_ids", list_of(Named), "Ids of the figure itself, with their kind"),
        column("doi", StringType(), "DOI of the figure"),
        column("rights", struct_of(Rights), "Rights that are not the article's; null where none are stated"),
        column(
            "citing_paragraphs",
            list_of(CitingParagraph),
            "Paragraphs that cite the figure, with each place that does",
        ),
        column("graphics", list_of(Graphic), "Every graphic of the figure in document order"),
        column("source_sha256", StringType(), "SHA-256 of the file that this row was read from"),
    ),
)
