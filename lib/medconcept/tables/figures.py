"""figures: one row for each <fig> element of each current article."""

from pyspark.sql.types import ArrayType, IntegerType, StringType, StructField, StructType

from medconcept.tables.table import Table, column

GRAPHIC = StructType(
    [
        StructField("href", StringType()),
        StructField("mime", StringType()),
        StructField("alternatives", ArrayType(StringType())),
    ]
)

FIGURES = Table(
    name="figures",
    comment="One row for each <fig> element of the current version of each article",
    key=("figure_key",),
    columns=(
        column("figure_key", StringType(), "<article_key>#<fig id>, #<n> without id, ~2 where an id repeats"),
        column("article_key", StringType(), "The article that the figure stands in"),
        column("article_version", IntegerType(), "Version of that article"),
        column("ordinal", IntegerType(), "0-based place in document order"),
        column("fig_id", StringType(), "id attribute of the <fig>"),
        column("label", StringType(), "Label as printed, such as 'Figure 1'"),
        column("kind", StringType(), "fig; more kinds as the parser learns them"),
        column("group_id", StringType(), "id of the enclosing <fig-group>"),
        column("group_label", StringType(), "Label of the enclosing <fig-group>"),
        column(
            "group_caption", StringType(), "Caption of the enclosing <fig-group>; never copied to its figures"
        ),
        column("position", StringType(), "body, floats, back, appendix, sub-article or front"),
        column("section", ArrayType(StringType()), "Titles of the enclosing sections, outermost first"),
        column("language", StringType(), "Nearest xml:lang"),
        column("caption_title", StringType(), "Title of the caption"),
        column("caption_text", StringType(), "Text of the caption without its title"),
        column(
            "caption", StringType(), "Title and text joined by a space: the string that every span indexes"
        ),
        column("graphics", ArrayType(GRAPHIC), "Every graphic of the figure in document order"),
        column("source_sha256", StringType(), "SHA-256 of the file that this row was read from"),
    ),
)
