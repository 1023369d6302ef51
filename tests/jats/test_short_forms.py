"""Short forms explained in a text: each kind with what is a pair and what only looks like one."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jats_examples import parsed

from medconcept.jats.article.short_form_pairs import abbreviation_pairs
from medconcept.jats.text.visible_text import VisibleText, visible_form


def pairs(text: str) -> list[tuple[str, str]]:
    found = list(abbreviation_pairs(text))
    for short, _, start in found:  # places are those of the text as it is
        assert visible_form(text[start:]).startswith(visible_form(short))
    return [(short, long) for short, long, _ in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the whole long form, not its last word
        ("Samples of cervical cancer (CC) were kept.", ("CC", "cervical cancer")),
        ("Age acceleration (AA) was lower.", ("AA", "Age acceleration")),
        ("Rarer than in systemic sclerosis (SS).", ("SS", "systemic sclerosis")),
        ("Alopecia areata (AA) of the scalp.", ("AA", "Alopecia areata")),
        ("Given proton pump inhibitors (PPIs).", ("PPIs", "proton pump inhibitors")),
        ("The Howard Hughes Medical Institute (HHMI).", ("HHMI", "Howard Hughes Medical Institute")),
        ("Patients' quality of life (QoL).", ("QoL", "quality of life")),
        ("The standard error of the mean (SEM).", ("SEM", "standard error of the mean")),
        ("An insulin-like growth factor (IGF).", ("IGF", "insulin-like growth factor")),
        ("Levels of non-high-density lipoprotein (HDL) fell.", ("HDL", "high-density lipoprotein")),
        ("The non-negative matrix factorisation (NMF).", ("NMF", "non-negative matrix factorisation")),
        # letters of another script
        ("By tumor necrosis factor alpha (TNFα).", ("TNFα", "tumor necrosis factor alpha")),
        ("By tumor necrosis factor-α (TNFalpha).", ("TNFalpha", "tumor necrosis factor-α")),
        ("By tumor necrosis factor-α (TNF-a).", ("TNF-a", "tumor necrosis factor-α")),
        ("Of γ-aminobutyric acid (GABA).", ("GABA", "γ-aminobutyric acid")),
        ("By tumor necrosis factor 𝛼 (TNF-𝛼).", ("TNF-𝛼", "tumor necrosis factor 𝛼")),
        # numbers as words
        ("Yields inositol 1,4,5-trisphosphate (IP3).", ("IP3", "inositol 1,4,5-trisphosphate")),
        ("Of triiodothyronine (T3) there.", ("T3", "triiodothyronine")),
        ("A two-dimensional (2D) map.", ("2D", "two-dimensional")),
        ("Anaesthesia by nitrous oxide (N2O).", ("N2O", "nitrous oxide")),
        ("Rising carbon dioxide (CO2) in air.", ("CO2", "carbon dioxide")),
        ("In the second generation (G2).", ("G2", "second generation")),
        ("A two-alternative forced choice (2AFC) task.", ("2AFC", "two-alternative forced choice")),
        # another order of the parts
        ("Made gamma-interferon (IFN-gamma) there.", ("IFN-gamma", "gamma-interferon")),
        ("The protease-activated receptor 2 (PAR2).", ("PAR2", "protease-activated receptor 2")),
        ("The type 2 protease-activated receptor (PAR2).", ("PAR2", "type 2 protease-activated receptor")),
        ("In B2-type cyclin (CYCB2) mutants.", ("CYCB2", "B2-type cyclin")),
        ("The corrected QT (QTc) is long.", ("QTc", "corrected QT")),
        # two words
        ("By angiotensin II (Ang II) only.", ("Ang II", "angiotensin II")),
        ("Into the exit site (E site) there.", ("E site", "exit site")),
        ("With Helicobacter pylori (H. pylori).", ("H. pylori", "Helicobacter pylori")),
        ("The gamma interferon (gamma IFN) group.", ("gamma IFN", "gamma interferon")),
        # signs
        ("Cells that are CrB positive [CrB(+)].", ("CrB(+)", "CrB positive")),
        # lower case and one letter, where the text uses them
        ("Of mean blood pressure (mbp); mbp fell.", ("mbp", "mean blood pressure")),
        ("Of plasma epinephrine (E), and E rose.", ("E", "epinephrine")),
        ("Cells of ataxia-telangiectasia (A-T).", ("A-T", "ataxia-telangiectasia")),
        ("Lesch-Nyhan (L-N) cells.", ("L-N", "Lesch-Nyhan")),
        ("Given cyclosporine A (CsA).", ("CsA", "cyclosporine A")),
        ("Given intravenously (i.v.).", ("i.v.", "intravenously")),
        ("Effects of dexamethasone (dex); dex fell.", ("dex", "dexamethasone")),
        ("By 5,7-dihydroxytryptamine (5,7-DHT).", ("5,7-DHT", "5,7-dihydroxytryptamine")),
        ("In the passive avoidance test (PA).", ("PA", "passive avoidance test")),
        ("The electromyographic activity (EMG).", ("EMG", "electromyographic activity")),
        # before the long form
        ("Users of MDMA (3,4-methylenedioxymethamphetamine, ecstasy).",
         ("MDMA", "3,4-methylenedioxymethamphetamine")),
        ("Tested by RAST (radioallergosorbent test).", ("RAST", "radioallergosorbent test")),
        ("EMLA (eutectic mixture of local anesthetics).", ("EMLA", "eutectic mixture of local anesthetics")),
        ("By MRI (magnetic resonance imaging; Siemens).", ("MRI", "magnetic resonance imaging")),
        ("Removal of BTEX (benzene, toluene, ethylbenzene, and p-xylene).",
         ("BTEX", "benzene, toluene, ethylbenzene, and p-xylene")),
        # inside one bracket
        ("A promoter (12-O-hexadecanoyl-16-hydroxyphorbol-13-acetate, HHPA).",
         ("HHPA", "12-O-hexadecanoyl-16-hydroxyphorbol-13-acetate")),
        ("Of superoxide dismutase (EC 1.15.1.1; SOD) in rats.", ("SOD", "superoxide dismutase")),
        ("A difference of 19% (95% confidence interval [CI]: 6%, 31%).", ("CI", "confidence interval")),
        # quotation marks, soft hyphens, spaces of no width
        ("The “low infested colonies” (LIC).", ("LIC", "low infested colonies")),
        ('An "astigmatic intensity equation" ("AIE").', ("AIE", "astigmatic intensity equation")),
        ("By mag\u00adnetic reso\u00adnance imaging (M\u00adRI).", ("MRI", "magnetic resonance imaging")),
        ("The cys\u200btic fibrosis (CF).", ("CF", "cystic fibrosis")),
        ("In 4x M.O.I. (multiplicity of infection).", ("M.O.I.", "multiplicity of infection")),
        # a head behind the name, whose initial the short form lacks
        ("The medial preoptic nucleus (MPO).", ("MPO", "medial preoptic nucleus")),
        ("A wet/dry pulmonary weight ratio (W/D).", ("W/D", "wet/dry pulmonary weight ratio")),
        # like a word, but first letters
        ("The leucine-rich high endothelial cell glycoprotein (Lrhg).",
         ("Lrhg", "leucine-rich high endothelial cell glycoprotein")),
        # no space before the bracket
        ("The human soluble CD40 ligand(CD40L).", ("CD40L", "CD40 ligand")),
        # longer than others by the name of a Greek letter
        ("The tumor necrosis factor-alpha-induced protein 1 (TNF-alphaIP1).",
         ("TNF-alphaIP1", "tumor necrosis factor-alpha-induced protein 1")),
        # ends that are no end of a sentence
        ("The British Aircraft Corp. (BAC).", ("BAC", "British Aircraft Corp.")),
    ],
)  # fmt: skip
def test_a_pair_of_each_kind(text: str, expected: tuple[str, str]) -> None:
    assert pairs(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        # names of groups, of firms, of authors, of places
        "Treated cells were set against untreated controls (Control).",
        "Tide-dominated shores along the southeastern coast of Brazil (Dottori, Silva and Lima, 2015).",
        "Individual bees by using Trizol Reagent (Invitrogen).",
        "Genome sequences from microorganisms (Genomes).",
        "Cells using the Genomic DNA Extraction kit (Tiangen, Beijing, China).",
        "Kept in medium (Gibco, Carlsbad, CA).",
        # other forms of the word, foreign words
        "They annotate the paper (ANNOTATE).",
        "The coast of Brazil (Brasil).",
        "It was found in the liver (Leber).",
        # formulae
        "The density P(SMA) of the function.",
        "With Ca(OH)2 and N(CH3)2, and Fe(III).",
        "The peptide GGGEY((SO3H))DDY.",
        "The ratio δIn=In-In-1 and δI/I=2(In-In-1).",
        # letters by chance: the last word has no part in them
        "A bolus injection of contrast medium (CT).",
        "The hazard of death (HR) fell.",
        "The value at 260 nm (A260).",
        # ends of sentences and clauses, other brackets
        "The magnetic resonance; imaging (MRI).",
        "Cystic. Fibrosis (CF).",
        "The cystic (rare) fibrosis (CF).",
        "Fits family=poisson() and anova(Fit1, Fit2).",
        "The medial preoptic wall (MPO).",
        "A wet or dry pulmonary weight (W/D).",
        "Created between the lox2/3 and TPS10 lines (lox2/3xTPS10).",
        "The complete decay as had been seen in arks (Clark, 1999).",
        "Of each session (S+) there.",
        # labels, ranges, words in lower case
        "Actin (A) and bone (B), cortex (C).",
        "Stained for cortex (C). (D) Muscle.",
        "The mice are shown (A–C).",
        "The red dots and the blue line (red), (ii).",
        "Mean blood pressure (mbp).",  # nowhere used
        "Plasma epinephrine (E).",
        # behind it is something else
        "The MRI (made in May last year) was normal.",
        "EMLA (a local cream).",
        "With LTM (learning, see text) and STM.",
        # two words
        "Shown for the mice (the MICE).",
        "The plate is large (plate A).",
        "Images of plates (GE Healthcare).",
        "The number differs (P3).",
        "Of pretreatment with hydroxydopamine (6-OHDA).",
        "Of other examples (e.g.) and elements (i.e.).",
        "Round (red) cells; red cells.",
        "Of dystrophy, myotonic dystrophy (DM).",
        "The AMN (and its companion) gene.",
        "In the period (per) and per day.",
        "By PCR (Promega, Madison) and SPSS (Chicago, IL).",
    ],
)
def test_what_only_looks_like_a_pair(text: str) -> None:
    assert pairs(text) == []


def test_each_bracket_is_read_and_two_meanings_are_two_pairs() -> None:
    text = "Mass spectrometry (MS), computed tomography (CT) and multiple sclerosis (MS)."
    assert pairs(text) == [
        ("MS", "Mass spectrometry"), ("CT", "computed tomography"), ("MS", "multiple sclerosis"),
    ]  # fmt: skip


def test_two_short_forms_share_the_words_behind_the_second() -> None:
    text = "By scanning (SEM) and transmission (TEM) electron microscopy of outer (OP) or inner (IP) plaques."
    assert pairs(text) == [
        ("SEM", "scanning electron microscopy"), ("TEM", "transmission electron microscopy"),
        ("OP", "outer plaques"), ("IP", "inner plaques"),
    ]  # fmt: skip
    assert pairs("By scanning (SEM) and transmission (TEM) microscopy.") == []
    assert pairs("By scanning (SEM) and by others (TEM) of electrons.") == []


def test_the_articles_own_list_comes_first() -> None:
    items = "<def-item><term>MS</term><def><p>multiple sclerosis</p></def></def-item>"
    after = f"<back><glossary><title>Abbreviations</title><def-list>{items}</def-list></glossary></back>"
    article = parsed("<p>By mass spectrometry (MS).</p>", after_body=after)
    assert [(a.short, a.long, a.source) for a in article.abbreviations] == [
        ("MS", "multiple sclerosis", "list"), ("MS", "mass spectrometry", "text"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        ("Continuing Medical Education\n            (CME) is here.", ("CME", "Continuing Medical Education")),
        ("Into the <italic>exit</italic> site (E site) there.", ("E site", "exit site")),
        (
            "EMLA (eutectic mixture of local anesthetics) cream.",
            ("EMLA", "eutectic mixture of local anesthetics"),
        ),
        ("Of superoxide dismutase (EC 1.15.1.1; SOD).", ("SOD", "superoxide dismutase")),
        ("A two-dimensional (2D) map.", ("2D", "two-dimensional")),
        ("Of mean blood pressure (mbp), mbp fell.", ("mbp", "mean blood pressure")),
        ("Of epinephrine (E), E fell.", ("E", "epinephrine")),
        ("By tumor necrosis factor 𝛼 (TNF-𝛼).", ("TNF-𝛼", "tumor necrosis factor 𝛼")),
        ("The “low infested colonies” (“LIC”).", ("LIC", "low infested colonies")),
        ("With CrB positive cells, CrB positive (CrB(+)).", ("CrB(+)", "CrB positive")),
    ],
)
def test_each_kind_is_read_in_paragraphs(paragraph: str, expected: tuple[str, str]) -> None:
    assert [(a.short, a.long) for a in parsed(f"<p>{paragraph}</p>").abbreviations] == [expected]


_PIECES = [
    "cystic fibrosis ",
    "(CF)",
    "(E)",
    "E ",
    "[CF]",
    "(mbp) ",
    "mean blood pressure ",
    "α",
    "\u00ad",
    "(EC 1; ",
    ". ",
]


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([*_PIECES, "İ", "𝛼", "(", ")", "CF (cystic fibrosis)", "x2 ", "(X2Y) "]), max_size=25
    )
)
def test_no_text_stops_it_and_every_place_holds_its_short_form(pieces: list[str]) -> None:
    text = "".join(pieces)
    for short, long, start in abbreviation_pairs(text):
        assert visible_form(text[start:]).startswith(visible_form(short)) and long.strip()


@given(st.text(alphabet="ab\u00ad\u200b\U0001d6fcé ", max_size=12))
def test_places_in_the_visible_form_and_in_the_text_correspond(text: str) -> None:
    visible = VisibleText(text)
    assert len(visible.visible) == len(re.sub("[\u00ad\u200b]", "", text))
    for start in range(len(visible.visible)):
        for end in range(start + 1, len(visible.visible) + 1):
            outer = visible.outer(start, end)
            assert visible_form(text[slice(*outer)]) == visible.visible[start:end]
            assert (visible.inner(outer[0]), visible.inner(outer[1])) == (start, end)
