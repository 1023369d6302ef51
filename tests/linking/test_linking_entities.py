"""What recognised entities change: fitting candidates, similar names, and spans without a concept."""

from __future__ import annotations

from linking_examples import TERMS

from medconcept.dictionary.compile_terms import compile_files
from medconcept.dictionary.linking_dictionary import LinkingDictionary
from medconcept.linking.linker import Linker
from medconcept.linking.types import Caption, Entity, LinkSettings
from medconcept.terminologies.term import Term

DISEASE, GENE = frozenset({"disease", "phenotype"}), frozenset({"gene"})
MORE = (
    *TERMS,
    Term("H", "H:fed", "FED1", (), ("gene",)),
    Term("M", "M:fed", "fish-eye disease 1", ("FED1",), ("disease",)),
    Term("H", "H:scl", "amyotrophic lateral sclerosis gene", (), ("gene",)),
)


def links(text: str, *entities: Entity, **settings: object):
    main, index = compile_files(MORE, sorted({term.source for term in MORE}))
    linker = Linker(
        LinkingDictionary(main, "example", lambda: index),
        LinkSettings(**settings),  # type: ignore[arg-type] — fields of the dataclass
    )
    (found,) = linker.link_batch([Caption(text, entities=entities)])
    return found.links


def test_a_type_restricts_the_candidates_to_those_that_fit() -> None:
    (either,) = links("FED1")
    assert (either.source_id, either.alternatives, either.entity) == ("H:fed", (), None)
    (gene,) = links("FED1", Entity(0, 4, "Gene", GENE))
    assert (gene.source_id, gene.alternatives, gene.entity) == ("H:fed", (), "Gene")
    # The acronym alone would be no evidence of the disease; that it was recognised as one is.
    (disease,) = links("FED1", Entity(0, 4, "Disease", DISEASE))
    assert (disease.source_id, disease.alternatives, disease.entity) == ("M:fed", (), "Disease")


def test_a_name_of_the_dictionary_stays_where_no_candidate_fits() -> None:
    (heart,) = links("heart", Entity(0, 5, "Disease", DISEASE))
    assert (heart.source_id, heart.method, heart.entity) == ("U:heart", "exact", "Disease")


def test_what_no_name_matches_is_linked_to_the_most_similar_one_of_a_fitting_type() -> None:
    text = "Amyotropic lateral sclerosis"
    (near,) = links(text, Entity(0, len(text), "Disease", DISEASE))
    assert (near.source_id, near.method, near.similarity < 1) == ("M:als", "similar", True)
    (bare,) = links(text, Entity(0, len(text), "Chemical", frozenset({"chemical"})))
    assert (bare.concept_id, bare.similarity, bare.method) == (None, None, "recognised")


def test_a_type_of_the_umls_is_a_kind_that_entities_have() -> None:
    term = Term("M", "M:als", "amyotrophic lateral sclerosis", (), ("Disease or Syndrome",))
    main, index = compile_files([term], ["M"])
    text = "Amyotropic lateral sclerosis"
    linker = Linker(LinkingDictionary(main, "umls", lambda: index))
    for kinds, expected in ((DISEASE, "M:als"), (GENE, None)):
        (found,) = linker.link_batch([Caption(text, entities=(Entity(0, len(text), "X", kinds),))])
        assert [link.concept_id for link in found.links] == [expected]


def test_a_span_without_a_concept_is_kept_beside_what_it_overlaps() -> None:
    text = "No weird heart. Quokkaitis of the heart"
    found = links(text, Entity(3, 14, "Disease", DISEASE), Entity(16, 26, "Disease", DISEASE))
    assert [(m.text, m.concept_id, m.method, m.sentence) for m in found] == [
        ("weird heart", None, "recognised", 0),
        ("heart", "U:heart", "exact", 0),
        ("Quokkaitis", None, "recognised", 1),
        ("heart", "U:heart", "exact", 1),
    ]
    bare = found[0]
    assert (bare.name, bare.source, bare.source_id, bare.alternatives) == (None, None, None, ())
    assert (bare.semantic_types, bare.flags) == (("disease", "phenotype"), ("negated",))
    assert links("Quokkaitis", Entity(0, 10, "Odd"))[0].semantic_types == ("other",)
