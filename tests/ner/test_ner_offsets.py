"""Spans of entities in code points, whatever stands around them: by a real recogniser of Spark NLP."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ner_examples import save_matcher

from medconcept.config import RecogniserConfig
from medconcept.evaluation.conll import entities
from medconcept.spark_nlp.bio_tags import tag_tokens
from medconcept.workers.annotate.utf16_offsets import code_points

# Letters of one to four bytes, of one and two UTF-16 code units, marks, signs and white space.
AROUND = st.text(st.sampled_from("aZ é中̈‐\u2028\U0001d6fc\U0001f9ec\U00020000.\n-(/5"), max_size=12)
NAMES = ("gout", "naïve \U0001d6fc cell", "\U0001f9ec")


@st.composite
def captions(draw) -> tuple[str, set[tuple[int, int]]]:
    """A text with names in it, parted from what is around by spaces, and where they stand."""
    text, places = draw(AROUND), set()
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=4)):
        text += " "
        places.add((len(text), len(text) + len(name)))
        text += f"{name} {draw(AROUND.filter(lambda t: not any(n in t for n in NAMES)))}"
    return text, places


def test_spans_are_code_points_of_the_caption(spark, tmp_path_factory) -> None:
    from sparknlp.base import LightPipeline

    from medconcept.spark_nlp.recognisers import load_recognisers

    folder = tmp_path_factory.mktemp("offsets")
    path = save_matcher(spark, folder, "names", "Thing", *NAMES)
    (recogniser,) = load_recognisers(spark, [RecogniserConfig(path=str(path))])
    light = LightPipeline(recogniser.model)

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(captions())
    def holds(made: tuple[str, set[tuple[int, int]]]) -> None:
        text, places = made
        found = light.fullAnnotate(text)[0]["found"] if text else []
        spans = code_points(text, [(chunk.begin, chunk.end) for chunk in found])
        assert [text[start:end] for start, end in spans] == [chunk.result for chunk in found]
        # A name that a sentence boundary cuts is not found; one that is stands where it was put, or within
        # what is around (a bare sign of NAMES that was drawn there).
        assert {s for s in spans if text[slice(*s)] == "gout"} <= places

    holds()


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 11), st.integers(1, 4), st.sampled_from("xy")), max_size=4),
)
def test_tags_say_where_places_of_whole_tokens_are(
    gaps: list[int], drawn: list[tuple[int, int, str]]
) -> None:
    """Tokens with gaps between them; places from one to another, none overlapping."""
    tokens, at = [], 0
    for gap in gaps:
        tokens.append((at + gap, at + gap + 2))
        at += gap + 2
    places, free = [], 0
    for first, length, kind in sorted(drawn):
        if first >= free and first + length <= len(tokens):
            places.append((tokens[first][0], tokens[first + length - 1][1], kind))
            free = first + length
    assert entities(tokens, tag_tokens(tokens, places)) == places
