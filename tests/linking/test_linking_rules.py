"""Rules that go beyond the spelling of a name: each with what it links, and what it must not."""

from dataclasses import replace

import pytest

from medconcept.dictionary.ellipsis import MIN_TERMS, ellipses
from medconcept.dictionary.linking_dictionary import LinkingDictionary, compile_linking
from medconcept.dictionary.name_rules import FUNCTION_WORDS
from medconcept.dictionary.stop_concepts import is_general
from medconcept.linking.abbreviations import legend_pairs
from medconcept.linking.linker import Linker
from medconcept.linking.types import ArticleContext, LinkSettings
from medconcept.terminologies.term import Term

PROCESS, DISEASE, ANATOMY, CHEMICAL = ("process",), ("disease",), ("anatomy",), ("chemical",)
GROWING = tuple(
    Term("GO", f"GO:{n}", f"{kind} gene expression", (), PROCESS)
    for n, kind in enumerate(
        ["early", "late", "viral", "bacterial", "maternal", "foetal", "plastid", "nuclear", "basal", "neural"]
    )
)
TERMS = (
    *GROWING,
    Term("GO", "GO:expression", "gene expression", (), PROCESS),
    Term("GO", "GO:wall", "cell wall severing", (), PROCESS),
    Term("GO", "GO:apoptosis", "apoptotic process", (), PROCESS),
    Term("GO", "GO:bcr", "B cell receptor complex", ("antibody", "BCR complex", "surface immunoglobulin"),
    ("cell component",)),
    Term("GO", "GO:ig", "circulating immunoglobulin complex", ("antibody",), ("cell component",)),
    Term("UBERON", "UBERON:0002048", "lung", (), ANATOMY),
    Term("UBERON", "UBERON:0000170", "pair of lungs", ("lungs",), ANATOMY),
    Term("UBERON", "UBERON:2002284", "body marking", ("marking",), ANATOMY),
    Term("UBERON", "UBERON:0009292", "frontal process", (), ANATOMY),
    Term("UBERON", "UBERON:cb", "cerebellum", (), ANATOMY),
    Term("UBERON", "UBERON:cc", "connecting cilium", (), ANATOMY),
    Term("CHEBI", "CHEBI:32p", "phosphorus-32 atom", ("(32)P",), CHEMICAL),
    Term("CHEBI", "CHEBI:ca", "calcium(2+)", ("Ca(2+)",), CHEMICAL),
    Term("CHEBI", "CHEBI:pi", "poly(inosinic acid)", ("PI",), CHEMICAL),
    Term("MONDO", "MONDO:ov", "ovarian neoplasm", (), DISEASE),
    Term("MONDO", "MONDO:imm", "immunodeficiency syndrome", (), DISEASE),
    Term("MONDO", "MONDO:def", "deficiency disease", (), DISEASE),
    Term("MONDO", "MONDO:the", "THE syndrome", (), DISEASE),
    Term("MONDO", "MONDO:mcad", "medium chain deficiency", ("MCAD",), DISEASE),
    Term("MONDO", "MONDO:hcc", "hepatocellular carcinoma", (), DISEASE),
    Term("MONDO", "MONDO:lung", "lung carcinoma", (), DISEASE),
    Term("MONDO", "MONDO:brain", "brain tumor", (), DISEASE),  # gives the word
    Term("MONDO", "MONDO:hts", "hereditary tumour syndrome", (), DISEASE),
    Term("MONDO", "MONDO:hboc", "breast and ovarian cancer syndrome", (), DISEASE),
    Term("MONDO", "MONDO:breast", "breast cancer", (), DISEASE),
    Term("MONDO", "MONDO:ovary", "ovarian cancer", (), DISEASE),
    Term("MONDO", "MONDO:skin", "skin cancer", (), DISEASE),
    Term("MONDO", "MONDO:fa", "familial ataxia", (), DISEASE),
    Term("MONDO", "MONDO:pa", "Ataxia, paroxysmal, hereditary", (), DISEASE),
    Term("GO", "GO:reg", "signs of apoptosis", (), ("function",)),  # as this one
)  # fmt: skip


def linker(*terms, **settings):
    sources = list(dict.fromkeys(term.source for term in terms))
    return Linker(LinkingDictionary(compile_linking(terms, sources), "rules"), LinkSettings(**settings))


LINKER = linker(*TERMS)


def ids(text, using=LINKER, **more):
    return [(link.text, link.source_id) for link in using.link(text, **more).links]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("expression", "GO:expression"),  # the argument that all names with the word have
        ("expressed", "GO:expression"),
        ("apoptosis", "GO:apoptosis"),
        ("antibodies", "GO:ig"),  # one name of two, not one of four
        ("lungs", "UBERON:0002048"),  # a plural names the thing, not the pair
        ("32P", "CHEBI:32p"),
        ("Ca2+", "CHEBI:ca"),
        ("ovarian tumours", "MONDO:ov"),
        ("immunodeficiency", "MONDO:imm"),
        ("THE syndrome", "MONDO:the"),
        ("hereditary tumours", "MONDO:hts"),
        ("breast and ovarian cancer syndrome", "MONDO:hboc"),
        ("hereditary ataxia", "MONDO:fa"),
        ("Inherited ataxias", "MONDO:fa"),
        ("familial paroxysmal ataxia", "MONDO:pa"),
    ],
)
def test_what_a_rule_links(text, target):
    assert ids(f"We saw {text} there.") == [(text, target)]


@pytest.mark.parametrize(
    "text",
    [
        "severe",  # no form of severing
        "severing",  # one name alone implies nothing
        "frontal",  # a process of anatomy is no event
        "marking",  # of fish
        "deficiency",  # before "disease" there must be a disease
        "the syndrome",
        "PI",  # two elements without a number are an acronym
        "ataxia",  # familial, or not
        "familiar ataxia",
        "B12",
    ],
)
def test_what_it_does_not(text):
    assert ids(f"We saw {text} there.") == []


@pytest.mark.parametrize(
    "text", ["breast and ovarian cancer", "breast/ovarian cancer", "breast and/or ovarian cancer"]
)
def test_a_syndrome_of_two_cancers_is_not_what_names_the_two(text):
    assert [i for _, i in ids(text)] == ["MONDO:breast", "MONDO:ovary"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("breast, skin and ovarian cancer", ["breast", "skin", "ovary"]),
        ("breast, skin, and ovarian cancer", ["breast", "skin", "ovary"]),
        ("breast, skin, and/or ovarian cancer", ["breast", "skin", "ovary"]),
        ("breast, ovarian cancer", ["ovary"]),  # no conjunction, no list
        ("breast; skin, and ovarian cancer", ["skin", "ovary"]),
        (", and ovarian cancer", ["ovary"]),
        ("and and ovarian cancer", ["ovary"]),
    ],
)
def test_a_list_shares_its_last_head(text, expected):
    assert [i for _, i in ids(text)] == [f"MONDO:{name}" for name in expected]


# What the UMLS calls the kinds of TERMS: one type of each, as NLM's SemGroups.txt writes it.
UMLS = {
    "process": "Biologic Function", "disease": "Neoplastic Process", "function": "Molecular Function",
    "anatomy": "Body Part, Organ, or Organ Component", "chemical": "Element, Ion, or Isotope",
    "cell component": "Cell Component",
}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "expressed ovarian tumours", "immunodeficiency", "hereditary ataxia", "apoptosis in lungs",
        "Ca2+ 32P", "frontal deficiency", "calcic tumor", "breast, skin, and ovarian cancer",
    ],
)  # fmt: skip
def test_rules_ask_for_kinds_and_know_the_types_of_the_umls(text):
    umls = linker(*(replace(t, semantic_types=tuple(UMLS[k] for k in t.semantic_types)) for t in TERMS))
    assert ids(text, umls) == ids(text)
    assert all(link.semantic_types[0] in UMLS.values() for link in umls.link(text).links)
    strange = linker(*(replace(t, semantic_types=("Idea or Concept",)) for t in TERMS))
    assert ids("ovarian tumours", strange) == []


def test_what_stands_before_the_signs_of_a_genotype_is_a_gene():
    known = ArticleContext((("MCAD", "medium chain deficiency"),))
    assert ids("MCAD mice", article=known) == [("MCAD", "MONDO:mcad")]
    assert ids("MCAD−/− mice, MCAD+/- mice", article=known) == []


def test_keys_of_legends_explain_short_forms():
    text = "Section. Cb in blue, cc in red. Cb, cerebellum; cc, connecting cilium."
    assert [i for _, i in ids(text)].count("UBERON:cb") == [i for _, i in ids(text)].count("UBERON:cc") == 3
    assert list(legend_pairs("Mice, wild type; is, inner segment.")) == []
    assert list(legend_pairs("A, amnion; B, brain; OB: oil bath")) == [
        ("OB", "oil bath")
    ]  # panels stay panels


def test_a_heading_may_turn_a_name_round():
    assert ids("Carcinoma, hepatocellular. Stained.") == [("Carcinoma, hepatocellular", "MONDO:hcc")]
    assert ids("Slides of carcinoma, hepatocellular and other") == []
    assert ("lung", "UBERON:0002048") in ids("A carcinoma, lung, brain")


def test_overlaps_within_each_source_where_each_was_annotated_by_itself():
    text = "lung carcinoma"
    assert ids(text) == [(text, "MONDO:lung")]
    assert ids(text, linker(*TERMS, by_source=True)) == [("lung", "UBERON:0002048"), (text, "MONDO:lung")]


@pytest.mark.parametrize("text", ["the syndrome", "her disease", "Other disorders", "tissues"])
def test_what_says_too_little_with_and_without_an_article(text):
    assert is_general("x", text)
    assert not is_general("x", "skin disease")


def test_too_few_names_imply_nothing():
    rows = [("gene expression", "a", "process")]
    rows += [(f"x{n} gene expression", f"b{n}", "process") for n in range(MIN_TERMS)]
    assert ellipses(rows) == {"gene expression": "expression"}
    assert ellipses(rows[: MIN_TERMS - 1]) == {}
    # The word is a name itself, or most names with it go another way.
    assert ellipses([*rows, ("expression", "c", "process")]) == {}
    others = [(f"protein expression {n}", f"d{n}", "process") for n in range(3)]
    others += [(f"y{n} expression", f"e{n}", "process") for n in range(MIN_TERMS)]
    assert ellipses([*rows, *others]) == {}
    assert ellipses([(name, term, "anatomy") for name, term, _ in rows]) == {}


BAD = {
    "one token": "a" * 1_000_000,
    "a megabyte": "lung carcinoma, MCAD−/− and the left, right " * 23_000,
    "one sign": "," * 200_000,
    "brackets": "(" * 200_000,
    "keys": "Cb, cerebellum; " * 30_000,
    "commas": "lung, " * 100_000,
    "surrogates": "lung \ud835 carcinoma \udc00 Cb\ud800",
    "right to left": "lung \u202eשלום عربي\u202c lungs \u200f",
    "marks": "lu\u0301ng" + "\u0301" * 100_000 + " lungs",
    "controls": "lungs\x00\x01\x1f\x7f \u0085 expression",
    "nothing": "",
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.timeout(60)
def test_bad_captions_give_spans_inside_them_and_no_crash(name):
    text = BAD[name]
    links = LINKER.link(text).links
    for link in links:
        assert all(0 <= a < b <= len(text) for a, b in link.spans)
        assert link.text == " ".join(text[a:b] for a, b in link.spans)
    wanted = {"right to left": 2, "controls": 2, "surrogates": 1, "marks": 1, "one token": 0, "nothing": 0}
    if name in wanted:
        assert len(links) == wanted[name], links


def test_function_words_are_no_singulars():
    assert "her" in FUNCTION_WORDS
    hers = linker(
        Term("M", "M:1", "Hers disease", (), DISEASE), Term("M", "M:2", "her own sign", (), DISEASE)
    )
    assert ids("her disease", hers) == []
    assert ids("Hers disease", hers) == [("Hers disease", "M:1")]


def test_synonyms_that_are_not_exact_count_for_mesh_alone_unless_asked_for():
    scoped = tuple(
        Term(source, f"{source}:1", name, (other,), DISEASE, scopes=("related",))
        for source, name, other in (("MONDO", "nephropathy", "kidney"), ("MESH", "Neoplasms", "growths"))
    )
    assert ids("kidney, nephropathy, growths", linker(*scoped)) == [
        ("nephropathy", "MONDO:1"), ("growths", "MESH:1"),
    ]  # fmt: skip
    assert ("kidney", "MONDO:1") in ids("kidney", linker(*scoped, exact_only=False))


def test_acronyms_that_all_know_need_no_explanation_and_come_before_genes():
    known = linker(
        Term("HGNC", "HGNC:10293", "RPE", (), ("gene",)),
        Term("UBERON", "UBERON:0001782", "pigmented layer of retina", ("RPE",), ("anatomy",)),
        Term("MESH", "MESH:D012333", "RNA, Messenger", ("mRNA",), ("chemical",)),
        Term("MESH", "MESH:D000001", "Messy RNA", ("xRNA",), ("chemical",)),
    )
    assert ids("The RPE and its mRNAs, not its xRNA", known) == [
        ("RPE", "UBERON:0001782"), ("mRNAs", "MESH:D012333"),
    ]  # fmt: skip
    assert ids("RPE (rating of perceived effort)", known) == []
    # An explanation that is no name, of an acronym of four letters: an author's own words for it.
    assert ids("mRNA (messengers of RNAs)", known) == [("mRNA", "MESH:D012333")]


def test_a_known_name_comes_first_and_has_no_derived_forms():
    known = linker(
        Term("GO", "GO:0030154", "cell differentiation", ("differentiation",), ("process",)),
        Term("EFO", "EFO:1", "differentiation", (), ("anatomy",)),
    )
    assert ids("differentiation that cannot differentiate", known) == [("differentiation", "GO:0030154")]


def test_an_organ_comes_before_a_disease_that_has_its_name_as_a_synonym():
    organs = linker(
        Term("MONDO", "MONDO:1", "hypophysitis", ("pituitary gland",), DISEASE),
        Term("HP", "HP:1", "Cervical ribs", (), ("phenotype",)),
        Term("UBERON", "UBERON:1", "pituitary gland", (), ("anatomy",)),
        Term("UBERON", "UBERON:2", "cervical rib", (), ("anatomy",)),
    )
    assert ids("hypophysitis of the pituitary gland; cervical rib; Cervical ribs", organs) == [
        ("hypophysitis", "MONDO:1"), ("pituitary gland", "UBERON:1"), ("cervical rib", "UBERON:2"),
        ("Cervical ribs", "HP:1"),
    ]  # fmt: skip


def test_a_symbol_whose_explanation_is_no_name_is_a_gene_where_its_neighbours_say_so():
    genes = linker(Term("HGNC", "HGNC:3942", "MTOR", (), ("gene",)))
    explained = "mTOR, mechanistic target of rapamycin."
    assert ids(f"mTOR signaling; {explained}", genes)[0] == ("mTOR", "HGNC:3942")
    assert ids(f"The mTOR of all; {explained}", genes) == []


def test_an_abbreviated_genus_is_that_of_the_species_in_the_same_caption():
    species = linker(
        Term("N", "N:1", "Apolygus lucorum", (), ("organism",)),
        Term("N", "N:2", "Bemisia tabaci", (), ("organism",)),
    )
    assert ids("Adults of A. lucorum (Apolygus lucorum) and B. tabaci", species) == [
        ("A. lucorum", "N:1"), ("Apolygus lucorum", "N:1"),
    ]  # fmt: skip
