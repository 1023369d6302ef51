"""Prints of labels that are more often something else: each kind, and what only looks like it."""

import time
from itertools import product

import pytest
from jats_examples import one_figure, parsed

from medconcept.jats.panels.caption_panels import find_panels

Parts = list[tuple[str, str]]


def cut(caption: str, figure_label: str | None = None) -> Parts:
    return [
        (",".join(p.labels), caption[p.start : p.end])
        for p in find_panels(caption, figure_label=figure_label)
    ]


def labels(caption: str, figure_label: str | None = None) -> list[str]:
    return [label for label, _ in cut(caption, figure_label) if label]


# Each pair: what has panels, and what looks like it and has none.
PAIRS: list[tuple[str, Parts, str]] = [
    # behind a stop without space, or behind a word
    ("Weight of mice.A. Male mice. B. Female mice.",
     [("", "Weight of mice."), ("A", "A. Male mice."), ("B", "B. Female mice.")],
     "Made in the U.S.A. Bars show means, e.g.a. Mean of all."),
    ("Stained liver, ×400.a) Control. b) Treated.",
     [("", "Stained liver, ×400."), ("a", "a) Control."), ("b", "b) Treated.")],
     "The value 0.5.a) and that of p.b. Mean."),
    ("Staining for GFAP.A: Control; B: treated.",
     [("", "Staining for GFAP."), ("A", "A: Control;"), ("B", "B: treated.")],
     "Levels of v.A: Control; no other."),
    ("Human tissuesA) One kind. B) Another kind.",
     [("", "Human tissues"), ("A", "A) One kind."), ("B", "B) Another kind.")],
     "The gene recA. The second gene mutB. Both are shown."),
    ("Mutation of Adam22a) Scheme. b) Blot.",
     [("", "Mutation of Adam22"), ("a", "a) Scheme."), ("b", "b) Blot.")],
     "Flies (of Drosophila) and (other data) b. Blot."),
    # behind text without a stop
    ("Mice a: wild type b: mutant.",
     [("", "Mice"), ("a", "a: wild type"), ("b", "b: mutant.")],
     "The ratio a: b is that of weight to height."),
    ("Lung A) before care B) after care",
     [("", "Lung"), ("A", "A) before care"), ("B", "B) after care")],
     "Mixtures of A) and B) were used."),
    ("The lung of one mouse A. Whole lung. B. One lobe.",
     [("", "The lung of one mouse"), ("A", "A. Whole lung."), ("B", "B. One lobe.")],
     "The gel has primers a and b. A marker is on the left."),
    ("Genes of each kind (A: one; B: two).",
     [("", "Genes of each kind"), ("A", "(A: one;"), ("B", "B: two).")],
     "Primer A: ACGT; primer B: TTGA."),
    ("Image A: lung. Image B: liver.",
     [("A", "Image A: lung."), ("B", "Image B: liver.")],
     "Patient A: lung. Patient B: liver."),
    # more marks around the label
    ("(a.) Lung. (b.) Liver.", [("a", "(a.) Lung."), ("b", "(b.) Liver.")], "Cells (a.u.) of lung (b.p.)."),
    ("A). Lung. B). Liver.", [("A", "A). Lung."), ("B", "B). Liver.")], "(see A). Lung. (see B). Liver."),
    ("a.) Lung. b.) Liver.", [("a", "a.) Lung."), ("b", "b.) Liver.")], "(i.e. a.) Lung."),
    ("a | Lung. b | Liver.", [("a", "a | Lung."), ("b", "b | Liver.")], "Given that P(a | b) is low."),
    ("A. H & E stain; B. p53 stain.",
     [("A", "A. H & E stain;"), ("B", "B. p53 stain.")],
     "A. B. Smith; B. C. Jones."),
    ("A. A map of it. B. T. brucei cells.",
     [("A", "A. A map of it."), ("B", "B. T. brucei cells.")],
     "A. thaliana; E. coli."),
    # more in the bracket
    ("Tumour (A, red, 200×) and nerve (B, 200×).",
     [("A", "Tumour (A, red, 200×)"), ("B", "nerve (B, 200×)")],
     "Tumour (a, red, 200×) and nerve (e, 200×)."),
    ("Stained with dye (A–D) and antibody (anti-CD34, E–H).",
     [("A,B,C,D", "Stained with dye (A–D)"), ("E,F,G,H", "antibody (anti-CD34, E–H)")],
     "Vessels (arrows, a) and nerves (asterisks, b)."),
    ("Liver [A, H&E] and kidney [B, PAS].",
     [("A", "Liver [A, H&E]"), ("B", "kidney [B, PAS]")],
     "Atoms in the ring [C, N] and around it [O, S]."),
    ("One stain (A, ×100; B, ×400) and another (C, ×100; D, ×400).",
     [("", "One stain"), ("A", "(A, ×100;"), ("B", "B, ×400) and another"), ("C", "(C, ×100;"),
      ("D", "D, ×400).")],
     "One stain (a, ×100; n, ×400)."),
    # in words
    ("Figure 2A shows lung; Figure 2B shows liver.",
     [("A", "Figure 2A shows lung;"), ("B", "Figure 2B shows liver.")],
     "As Figure 2A shows, lung is not what Figure 2B shows."),
    ("The lung is shown in (A). The liver is shown in (B).",
     [("A", "The lung is shown in (A)"), ("B", "The liver is shown in (B)")],
     "Both are as in (A). All of it was counted in (C)."),
    ("In (A), the jaws are open. In (B), they are shut.",
     [("A", "In (A), the jaws are open."), ("B", "In (B), they are shut.")],
     "In (C), the jaws are open."),
    ("In A, the jaws are open. In B, they are shut.",
     [("A", "In A, the jaws are open."), ("B", "In B, they are shut.")],
     "Cells rich in A, and some in B, the smaller kind."),
    ("Slides. (a) Cells. The stroma is chosen (b). The rest is shown in (c).",
     [("", "Slides."), ("a", "(a) Cells."), ("b", "The stroma is chosen (b)."),
      ("c", "The rest is shown in (c).")],
     "Slides of cells. The rest is shown in (c)."),
    # without brackets
    ("A–D from the left side; E–H from the right.",
     [("A,B,C,D", "A–D from the left side;"), ("E,F,G,H", "E–H from the right.")],
     "The A–B distance by age; the C–D distance."),
    ("Grades: a Gleason grade 2, b Gleason grade 3, c Gleason grade 4",
     [("", "Grades:"), ("a", "a Gleason grade 2,"), ("b", "b Gleason grade 3,"), ("c", "c Gleason grade 4")],
     "Sides: a is the longest, b is the shortest."),
    ("Survival. a overall survival, b disease-free survival.",
     [("", "Survival."), ("a", "a overall survival,"), ("b", "b disease-free survival.")],
     "A model of survival. B cells were counted."),
    ("a ×10 view. b ×40 view.", [("a", "a ×10 view."), ("b", "b ×40 view.")], "A ×10 view of B ×40 views."),
    ("(A through C) Lung. (D~F) Liver.",
     [("A,B,C", "(A through C) Lung."), ("D,E,F", "(D~F) Liver.")],
     "Cut (C through A) and back."),
    ("(A) Lung. (b) Liver. (C) Heart.",
     [("A", "(A) Lung."), ("b", "(b) Liver."), ("C", "(C) Heart.")],
     "Lung (n) and liver (b). Heart (c)."),
    # full-width brackets, stops and letters
    ("（A）肝脏。（B）肾脏。（C）肺。",
     [("A", "（A）肝脏。"), ("B", "（B）肾脏。"), ("C", "（C）肺。")],
     "肝脏（见B）。"),
    ("【a】肝脏；【b】肾脏。", [("a", "【a】肝脏；"), ("b", "【b】肾脏。")], "肝脏【1】。"),
    ("肝脏（Ａ）、肾脏（Ｂ）。", [("A", "肝脏（Ａ）"), ("B", "肾脏（Ｂ）")], "维生素Ａ、Ｂ。"),
    ("小鼠 A:肝脏；B:肾脏", [("", "小鼠"), ("A", "A:肝脏；"), ("B", "B:肾脏")], "型Ａ:肝脏。"),
    ("A．肝脏；B．肾脏", [("A", "A．肝脏；"), ("B", "B．肾脏")], "Ａ型和Ｂ型。"),
]  # fmt: skip


@pytest.mark.parametrize(("caption", "panels", "_other"), PAIRS)
def test_a_print_of_labels(caption: str, panels: Parts, _other: str) -> None:
    assert [(label, text.removeprefix("and ")) for label, text in cut(caption)] == panels


@pytest.mark.parametrize("other", [other for _, _, other in PAIRS])
def test_what_only_looks_like_it(other: str) -> None:
    assert cut(other) == []


@pytest.mark.parametrize(
    ("caption", "label", "expected"),
    [
        ("1–2 Agrilus novus: 1 holotype 2 same, from below", None, ["1,2", "1", "2"]),
        ("Beetles. 1–2 Agrilus novus 3–4 A. magnus 5 larva.", "Figures 1–5.", ["1,2", "3,4", "5"]),
        ("Wings. 13 Male 14 Female; bar = 1 mm.", "Figs 13, 14", ["13", "14"]),
        ("Wings (1–2) and legs (3).", "Figures 1–3", ["1,2", "3"]),
        ("Figs 1–3. Habitus: (1) male (2) female (3) egg.", None, ["1", "2", "3"]),
        # numbers that nothing announces, that are measures, or that leave some out
        ("1 male 2 female", None, []),
        ("1–2 days later 3 mice had 4 doses.", None, []),
        ("Growth in 1–2 weeks. 1 mouse and 2 rats.", "Figure 3", []),
        ("Steps 1 day, 2 days and 3 days later.", "Figures 1–3", []),
        ("Wings. 1 Male 3 Female 4 Egg", "Figures 1–4", []),
        ("Wings. 1 Male 2 Female", "Figure 1-2", []),
        ("Marks: (1) Nerve. (2) Muscle. (3) Bone.", "Figure 2", []),
    ],
)
def test_numbers_are_labels_if_a_range_announces_them(
    caption: str, label: str | None, expected: list[str]
) -> None:
    assert labels(caption, label) == expected


def test_the_label_of_the_figure_announces_numbers() -> None:
    caption = "<caption><p>Wings. 3 Male 4 Female</p></caption>"
    article = '<fig id="f"><label>{}</label>' + caption + "</fig>"
    assert [p.labels for p in parsed(article.format("Figures 3–4.")).figures[0].panels] == [
        (), ("3",), ("4",),
    ]  # fmt: skip
    assert parsed(article.format("Figure 3.")).figures[0].panels == ()


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("(A) One route. (B) Another. (a) Acid, ether; (b) base; (c) heat; (d) light.", ["A", "B"]),
        ("A route. Reagents and conditions: (a) acid; (b) base.", []),
        ("A route. Reagents: (i) acid; (ii) base.", []),
        ("A route. (a) NaH, DMF; (b) HCl; (c) reflux.", []),
        ("(A) One. (B) Two. Reagents: (A) acid; (B) base; (C) heat.", ["A", "B"]),
        ("A gel. Lanes: A, marker; B, sample; C, control.", []),
        ("Means; a, p < 0.05; b, p < 0.01; c: vs control.", []),
        ("Heart. Abbreviations: A: atrium; B: bundle; C: cusp.", []),
        # the words alone make no list of reagents
        ("Growth under normal conditions. (A) Root. (B) Leaf.", ["A", "B"]),
        ("(a) Cells in acetone. (b) Cells in water. (c) Cells in air.", ["a", "b", "c"]),
        ("Reagents. (A) The gel. (B) The dye.", ["A", "B"]),
    ],
)
def test_reagents_and_keys_are_no_panels(caption: str, expected: list[str]) -> None:
    assert labels(caption) == expected


@pytest.mark.parametrize(
    ("caption", "panels"),
    [
        # what stands behind labels that trail is about all of them
        ("Sections. Lung (A) and liver (B) of mice were stained.",
         [("", "Sections."), ("A", "Lung (A)"), ("B", "liver (B)"), ("", "of mice were stained.")]),
        ("Lung (A) and liver (B) of mice. Heart (C).",
         [("A", "Lung (A)"), ("B", "liver (B)"), ("", "of mice."), ("C", "Heart (C)")]),
        ("On Allium cepa L. (a) and Zea mays L. (b).",
         [("a", "On Allium cepa L. (a)"), ("b", "Zea mays L. (b)")]),
        # but labels before what they describe divide before them
        ("Flow in (A) mice, (B) rats.", [("", "Flow in"), ("A", "(A) mice,"), ("B", "(B) rats.")]),
        ("Views: (A), from the left; (B), from the right.",
         [("", "Views:"), ("A", "(A), from the left;"), ("B", "(B), from the right.")]),
        # a sentence on one panel of several is still in the part of these
        ("(A) Lung. (B, C) Cells. In (C), they are infected.",
         [("A", "(A) Lung."), ("B,C", "(B, C) Cells. In (C), they are infected.")]),
        # one scale at the end is that of all panels, unless an earlier panel has its own
        ("(A) Lung. (B) Liver. Scale bar, 5 µm.",
         [("A", "(A) Lung."), ("B", "(B) Liver."), ("", "Scale bar, 5 µm.")]),
        ("(A) Lung. Scale bar, 9 µm. (B) Liver. Scale bar, 5 µm.",
         [("A", "(A) Lung. Scale bar, 9 µm."), ("B", "(B) Liver. Scale bar, 5 µm.")]),
        ("(A) Lung. (B) Liver. Bar graphs show means.",
         [("A", "(A) Lung."), ("B", "(B) Liver. Bar graphs show means.")]),
    ],
)  # fmt: skip
def test_what_all_share_stands_apart(caption: str, panels: Parts) -> None:
    assert cut(caption) == panels


def test_a_title_is_no_part_of_the_first_panel() -> None:
    figure = one_figure("<caption><title>No stop here</title><p>Lung (A) and liver (B).</p></caption>")
    assert figure.caption is not None
    assert [figure.caption[p.start : p.end] for p in figure.panels] == [
        "No stop here",
        "Lung (A)",
        "liver (B)",
    ]


TEXTS = ("Lung of a mouse", "Liver of a rat", "Heart of a dog", "Skin of a cat")


@pytest.mark.parametrize(
    ("print_of_label", "joint"),
    [
        *product(("({})", "({}.)", "[{}]", "{})", "{}).", "{}:", "（{}）"), (". ", ".", " ", "; ")),
        ("{}.", "."),
        ("{}.", ". "),
    ],
)
def test_every_print_with_every_joint_gives_the_same_labels(print_of_label: str, joint: str) -> None:
    for alphabet in ("ABCD", "abcd"):
        parts = [
            f"{print_of_label.format(letter)} {text}" for letter, text in zip(alphabet, TEXTS, strict=True)
        ]
        assert labels(joint.join(["Organs", *parts])) == list(alphabet)


def test_uncertain_labels_take_time_in_proportion() -> None:
    start = time.process_time()
    find_panels("Mice a: one b: two, A) one (B, red) in (C), a lung, b liver. " * 4000)
    find_panels("Figs 1–90. " + "1 male 2 female 3–4 eggs " * 8000)
    assert time.process_time() - start < 10
