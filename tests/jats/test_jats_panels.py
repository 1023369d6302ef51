"""Captions cut into panels: what is a label, what only looks like one."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jats_examples import one_figure, parsed
from panel_score import Score, score

from medconcept.jats import Panel
from medconcept.jats.panels.caption_panels import find_panels


def cut(caption: str) -> list[tuple[str, str]]:
    return [(",".join(p.labels), caption[p.start : p.end]) for p in find_panels(caption)]


@pytest.mark.parametrize(
    ("caption", "panels"),
    [
        ("Lung. (A) CT. (B) MRI.", [("", "Lung."), ("A", "(A) CT."), ("B", "(B) MRI.")]),
        ("a, Lung. b, Liver. c–e, Heart.", [("a", "a, Lung."), ("b", "b, Liver."), ("c,d,e", "c–e, Heart.")]),
        ("(A–C) Lung. (D, E) Liver.", [("A,B,C", "(A–C) Lung."), ("D,E", "(D, E) Liver.")]),
        ("(a, b) One. (c) Two.", [("a,b", "(a, b) One."), ("c", "(c) Two.")]),
        ("(A) and (B) One. (C) Two.", [("A,B", "(A) and (B) One."), ("C", "(C) Two.")]),
        ("(A)–(C) One. (D) Two.", [("A,B,C", "(A)–(C) One."), ("D", "(D) Two.")]),
        ("(A, C) One. (B, D) Two.", [("A,C", "(A, C) One."), ("B,D", "(B, D) Two.")]),
        ("(i) One. (ii) Two.", [("i", "(i) One."), ("ii", "(ii) Two.")]),
        ("Left: one. Right: two.", [("Left", "Left: one."), ("Right", "Right: two.")]),
        ("(Top) One. (Bottom) Two.", [("Top", "(Top) One."), ("Bottom", "(Bottom) Two.")]),
        ("Panel A: one. Panel B: two.", [("A", "Panel A: one."), ("B", "Panel B: two.")]),
        ("(Ai) One. (Aii) Two. (Bi–ii) Three.",
         [("Ai", "(Ai) One."), ("Aii", "(Aii) Two."), ("Bi,Bii", "(Bi–ii) Three.")]),
        ("(A,A′) One. (B) Two.", [("A,A′", "(A,A′) One."), ("B", "(B) Two.")]),
        ("A. Lung. B. Liver.", [("A", "A. Lung."), ("B", "B. Liver.")]),
        ("A) Lung. B) Liver.", [("A", "A) Lung."), ("B", "B) Liver.")]),
        ("a Mean signal. b Its error. c Both.",
         [("a", "a Mean signal."), ("b", "b Its error."), ("c", "c Both.")]),
        ("Fig. 6A: One. Fig. 6B: Two.", [("A", "Fig. 6A: One."), ("B", "Fig. 6B: Two.")]),
        ("Mutant (B) and control (A).", [("B", "Mutant (B)"), ("A", "control (A)")]),
        ("(A, B) Both. (B) One. (C) Two.", [("A,B", "(A, B) Both."), ("B", "(B) One."), ("C", "(C) Two.")]),
        ("Shells (A) and teeth (B). (A) New. (B) Old.",
         [("", "Shells (A) and teeth (B)."), ("A", "(A) New."), ("B", "(B) Old.")]),
        ("Growth. Top plot, males; bottom plot, females.",
         [("", "Growth."), ("Top", "Top plot, males;"), ("Bottom", "bottom plot, females.")]),
        ("Panel A shows lung, panel B liver.", [("A", "Panel A shows lung,"), ("B", "panel B liver.")]),
        # groups that overlap, and panels cut another way
        ("(A–C) One. (A, B) Left. (C–E) Two. (E) Right.",
         [("A,B,C", "(A–C) One."), ("A,B", "(A, B) Left."), ("C,D,E", "(C–E) Two."), ("E", "(E) Right.")]),
        ("(A–D) All: (A, C) lung, (B, D) liver.",
         [("A,B,C,D", "(A–D) All:"), ("A,C", "(A, C) lung,"), ("B,D", "(B, D) liver.")]),
        ("(A, B) Lung. (C, D) Liver. (A, C) are mice. (B, D) are men.",
         [("A,B", "(A, B) Lung."), ("C,D", "(C, D) Liver."), ("A,C", "(A, C) are mice."),
          ("B,D", "(B, D) are men.")]),
        ("Score (A) and speed (B) of cells. A. Score. B. Speed.",
         [("", "Score (A) and speed (B) of cells."), ("A", "A. Score."), ("B", "B. Speed.")]),
        ("a-b. Elm. c. Oak. a, c. Habit. b. Leaf.",
         [("a,b", "a-b. Elm."), ("c", "c. Oak."), ("a,c", "a, c. Habit."), ("b", "b. Leaf.")]),
        ("The surface protein (A), its gene (B) and RNA (C).",
         [("A", "The surface protein (A)"), ("B", "its gene (B)"), ("C", "RNA (C)")]),
        # half brackets within a sentence, a letter left out, glued to a title, sets within a sentence
        ("Results for a) lung, b) liver and c) heart.",
         [("", "Results for"), ("a", "a) lung,"), ("b", "b) liver and"), ("c", "c) heart.")]),
        ("(A) One. (B) Two. (D) Four. (E) Five.",
         [("A", "(A) One."), ("B", "(B) Two."), ("D", "(D) Four."), ("E", "(E) Five.")]),
        ("All markers(A) Lung.(B) Liver.", [("", "All markers"), ("A", "(A) Lung."), ("B", "(B) Liver.")]),
        ("(A) Slices of one (a) and two (b–e). (B) Area.",
         [("A", "(A) Slices of one (a) and two (b–e)."), ("B", "(B) Area.")]),
        ("F. A Lung. B Liver. C & D other cells.",
         [("", "F."), ("A", "A Lung."), ("B", "B Liver."), ("C,D", "C & D other cells.")]),
        ("Lung (panel A, open arrows), liver (panel B, stars).",
         [("A", "Lung (panel A, open arrows)"), ("B", "liver (panel B, stars)")]),
        ("The top panel shows lung. The bottom panel is liver.",
         [("", "The"), ("Top", "top panel shows lung. The"), ("Bottom", "bottom panel is liver.")]),
        ("No stop (Top) Lung. (Bottom) Liver.",
         [("", "No stop"), ("Top", "(Top) Lung."), ("Bottom", "(Bottom) Liver.")]),
        ("Top Row: lung. Bottom Row: liver.",
         [("Top", "Top Row: lung."), ("Bottom", "Bottom Row: liver.")]),
        # behind what they describe
        ("Lung (A), liver (B) and heart (C).", [("A", "Lung (A)"), ("B", "liver (B)"), ("C", "heart (C)")]),
        # a label that was part of a group begins no part where it is only a reference
        ("(A, B) Wild type (A) and mutant (B). (C) Both.",
         [("A,B", "(A, B) Wild type (A) and mutant (B)."), ("C", "(C) Both.")]),
        ("(A, B) One. (C, D) Two. (A) and (B) were mice and (C) and (D) were men.",
         [("A,B", "(A, B) One."),
          ("C,D", "(C, D) Two. (A) and (B) were mice and (C) and (D) were men.")]),
        ("(A–D) One. (E–H) Two. Scale bar: (A–D), 8 µm; (E–H), 7 µm.",
         [("A,B,C,D", "(A–D) One."), ("E,F,G,H", "(E–H) Two."),
          ("", "Scale bar: (A–D), 8 µm; (E–H), 7 µm.")]),
        ("(A, B) Cells with PBS (x) (A), or LPS (y) (B), at 9 h. (C) Both.",
         [("A,B", "(A, B) Cells with PBS (x) (A), or LPS (y) (B), at 9 h."), ("C", "(C) Both.")]),
        ("Tree. A Genes. a, one; b, two; c, three. B Other genes.",
         [("", "Tree."), ("A", "A Genes. a, one; b, two; c, three."), ("B", "B Other genes.")]),
        # a print that changes on the way, a group given again, references before the panels they refer to
        ("A) One. B) Two. (C) Three. (D) Four.",
         [("A", "A) One."), ("B", "B) Two."), ("C", "(C) Three."), ("D", "(D) Four.")]),
        ("Flow in (A, C) mice, (B, D) men. E. All.",
         [("", "Flow in"), ("A,C", "(A, C) mice,"), ("B,D", "(B, D) men."), ("E", "E. All.")]),
        ("(A) One. (B) Two. Bar, 5 µm. (A, B) Schemes. (C) Three.",
         [("A", "(A) One."), ("B", "(B) Two. Bar, 5 µm."), ("A,B", "(A, B) Schemes."), ("C", "(C) Three.")]),
        ("Mutants (B, D) lack what controls (A, C) have. A–B, front; C–D, back.",
         [("", "Mutants (B, D) lack what controls (A, C) have."),
          ("A,B", "A–B, front;"), ("C,D", "C–D, back.")]),
        ("Normal in old (A, high dose) and young mice (B, low dose).",
         [("A", "Normal in old (A, high dose)"), ("B", "young mice (B, low dose)")]),
        # titles and names without a stop, words without a colon, an inset
        ("a. Plant. b. Leaf. Rosa canina c. Root. d. Stem.",
         [("a", "a. Plant."), ("b", "b. Leaf. Rosa canina"), ("c", "c. Root."), ("d", "d. Stem.")]),
        ("Brains. Left The front is thin. Right The back is thick.",
         [("", "Brains."), ("Left", "Left The front is thin."), ("Right", "Right The back is thick.")]),
        ("Top row: raw. Middle and bottom row: smoothed.",
         [("Top", "Top row: raw."), ("Middle and bottom", "Middle and bottom row: smoothed.")]),
        ("Mass by age. (Inset) Mass by size.", [("", "Mass by age."), ("Inset", "(Inset) Mass by size.")]),
        # a later mention begins nothing, and what all share stands apart
        (
            "(A) One. (B) As in (A). Scale bars, 9 µm (A), 5 µm (B).",
            [("A", "(A) One."), ("B", "(B) As in (A)."), ("", "Scale bars, 9 µm (A), 5 µm (B).")],
        ),
    ],
)  # fmt: skip
def test_panels(caption: str, panels: list[tuple[str, str]]) -> None:
    assert [(labels, text.removeprefix("and ")) for labels, text in cut(caption)] == panels


@pytest.mark.parametrize(
    "caption",
    [
        "Levels of vitamin (B) in blood.",
        "Vitamin (A) and vitamin (B).",
        "Worms (C. elegans) and plants (A. thaliana).",
        "Hepatitis (A) and (B) viruses.",
        "Cells (n) were counted in (C).",
        "(B) and (C) alone do not begin with A.",
        "A model of growth. B cells are shown.",
        "A, B and C are proteins.",
        "Cell(s) of type(a) and type(b).",
        "A system with (i) a source and (ii) a sink.",
        "Two changes: (i) a source; (ii) a sink.",
        "Mice of group (A) and of group (B).",
        "The protein (A) and its gene (B).",
        "Only on the left: one.",
        "Growth of the boxed part (inset), and its mean.",
        "Rosa canina c. Root, of the garden.",
        "Left ventricle, right ventricle.",
        "A. B. Smith drew this.",
        "Cancer of the tail (arrow, a, b) and along the vessels (arrows, c).",
        "As panel A shows nothing, panel B is left out of Fig. 6A and Fig. 6B.",
        "",
    ],
)
def test_nothing_is_invented(caption: str) -> None:
    assert find_panels(caption) == ()


def test_parts_of_parts_know_their_panel() -> None:
    panels = find_panels("(A) Two views (i) left and (ii) right. (B) One.")
    assert [(p.labels, p.parent) for p in panels] == [
        (("A",), None), (("i",), "A"), (("ii",), "A"), (("B",), None),
    ]  # fmt: skip
    assert [p.parent for p in find_panels("(Ai) x. (Aii) y. (B) z.")] == ["A", "A", None]


def test_bold_sets_a_label_off() -> None:
    bold = "<caption><p><bold>a</bold> mean signal <bold>b</bold> its error</p></caption>"
    assert [p.labels for p in one_figure(bold).panels] == [("a",), ("b",)]
    assert one_figure(bold.replace("bold>", "italic>")).panels == ()


def test_a_label_right_behind_the_title() -> None:
    figure = one_figure("<caption><title>No stop here</title><p>A, one; B, two.</p></caption>")
    assert figure.panels[1] == Panel(("A",), 13, 20, 13, 14)


LETTERS = "ABCDEFGH"
words = st.text("klm ", min_size=1, max_size=12).map(lambda text: f"Lung {text.strip()}.")


@given(
    st.lists(words, min_size=2, max_size=8),
    words,
    st.sampled_from(["({})", "{},", "{}.", "{})", "{}:", "Panel {}:"]),
)
def test_regular_captions_are_cut_where_they_were_joined(texts: list[str], lead: str, style: str) -> None:
    parts = [f"{style.format(LETTERS[n])} {text}" for n, text in enumerate(texts)]
    assert cut(" ".join([lead, *parts])) == [
        ("", lead),
        *((LETTERS[n], part) for n, part in enumerate(parts)),
    ]


@given(st.text("ABCab()., –:iPanel<&é\u0301", max_size=80))
def test_panels_lie_in_order_within_any_text(caption: str) -> None:
    at = 0
    for panel in find_panels(caption):
        assert at <= panel.start < panel.end <= len(caption)
        if panel.label_start is not None and panel.label_end is not None:
            assert panel.start <= panel.label_start < panel.label_end <= panel.end
        at = panel.end


def test_many_labels_take_time_in_proportion() -> None:
    start = time.process_time()
    assert len(find_panels("(A) X. (B) Y. (A, B) Z. (i) W. " * 5000)) > 5000
    assert time.process_time() - start < 10  # a look ahead from every label took minutes


def test_the_scorer_counts_exact_code_points() -> None:
    figures = {
        f.figure_key: f for f in parsed('<fig id="f"><caption><p>(A) é. (B) x.</p></caption></fig>').figures
    }
    gold = {
        "figure": "PMC1#f",
        "panels": [{"labels": ["A"], "start": 0, "end": 6}, {"labels": ["C"], "start": 8, "end": 12}],
    }
    assert score([gold], figures) == Score(2, 2, 2)  # 0 is the bracket before the A, 8 the B itself
    assert score([gold], figures, labelled=True).f1 == 0.5
    gold["panels"][1]["start"] = 9  # type: ignore[index]  # the list above
    assert score([gold], figures) == Score(1, 2, 2)
    with pytest.raises(KeyError):
        score([{"figure": "PMC9#f", "panels": []}], figures)
