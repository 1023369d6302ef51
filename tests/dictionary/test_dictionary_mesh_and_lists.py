"""MeSH XML, a user's own list, and packed files."""

import gzip
import io
import zipfile

import pytest

from medconcept.terminologies.readers import iter_terms
from medconcept.terminologies.term import DictionarySourceError

DESCRIPTORS = b"""<?xml version="1.0"?>
<!DOCTYPE DescriptorRecordSet SYSTEM "https://www.nlm.nih.gov/databases/dtd/nlmdescriptorrecordset.dtd">
<DescriptorRecordSet LanguageCode="eng">
<DescriptorRecord DescriptorClass="1">
 <DescriptorUI>D006321</DescriptorUI><DescriptorName><String>Heart</String></DescriptorName>
 <TreeNumberList><TreeNumber>A07.541</TreeNumber></TreeNumberList>
 <ConceptList>
  <Concept PreferredConceptYN="Y"><ConceptUI>M1</ConceptUI><ConceptName><String>Heart</String></ConceptName>
   <ScopeNote>The hollow,
     muscular organ.</ScopeNote>
   <ConceptRelationList>
    <ConceptRelation RelationName="NRW"><Concept1UI>M1</Concept1UI>
     <Concept2UI>M2</Concept2UI></ConceptRelation>
   </ConceptRelationList>
   <TermList>
    <Term ConceptPreferredTermYN="Y" IsPermutedTermYN="N" ><String>Heart</String></Term>
    <Term ConceptPreferredTermYN="N" IsPermutedTermYN="N"><String>Cor</String></Term>
    <Term ConceptPreferredTermYN="N" IsPermutedTermYN="Y"><String>Heart, the</String></Term>
   </TermList></Concept>
  <Concept PreferredConceptYN="N"><ConceptUI>M2</ConceptUI>
   <TermList>
    <Term ConceptPreferredTermYN="Y" IsPermutedTermYN="N"><String>Left heart</String></Term></TermList>
  </Concept>
  <Concept PreferredConceptYN="N"><ConceptUI>M3</ConceptUI>
   <ConceptRelationList>
    <ConceptRelation RelationName="NRW"><Concept1UI>M3</Concept1UI>
     <Concept2UI>M1</Concept2UI></ConceptRelation>
   </ConceptRelationList>
   <TermList>
    <Term ConceptPreferredTermYN="Y" IsPermutedTermYN="N"><String>Organ of blood flow</String></Term>
   </TermList></Concept>
 </ConceptList>
</DescriptorRecord>
</DescriptorRecordSet>"""
SUPPLEMENTARY = b"""<SupplementalRecordSet>
<SupplementalRecord SCRClass="3"><SupplementalRecordUI>C535281</SupplementalRecordUI>
 <SupplementalRecordName><String>Rare heart disease</String></SupplementalRecordName>
</SupplementalRecord>
<SupplementalRecord SCRClass="1"><SupplementalRecordUI>C000002</SupplementalRecordUI>
 <SupplementalRecordName><String>bevonium</String></SupplementalRecordName>
 <ConceptList><Concept PreferredConceptYN="Y"><ConceptUI>M9</ConceptUI>
  <RegistryNumberList><RegistryNumber>5205-82-3</RegistryNumber><RegistryNumber>0</RegistryNumber>
  </RegistryNumberList></Concept></ConceptList>
</SupplementalRecord></SupplementalRecordSet>"""


def test_descriptors():
    (heart,) = iter_terms(DESCRIPTORS, "mesh-xml", "MESH")
    assert (heart.source_id, heart.name, heart.semantic_types) == ("MESH:D006321", "Heart", ("anatomy",))
    assert heart.definition == "The hollow, muscular organ."
    # The permuted term is the same words in another order; Left heart is a kind of heart; M1 a kind of M3.
    assert list(zip(heart.synonyms, heart.scopes, heart.term_types, strict=True)) == [
        ("Cor", "exact", "ET"),
        ("Left heart", "narrow", "PEP"),
        ("Organ of blood flow", "broad", "PEP"),
    ]


def test_supplementary_records():
    disease, chemical = iter_terms(SUPPLEMENTARY, "mesh-xml", "MESH")
    assert (disease.source_id, disease.semantic_types, disease.synonyms) == ("MESH:C535281", ("disease",), ())
    assert (chemical.semantic_types, chemical.xrefs) == (("chemical",), ("CAS:5205-82-3",))


def test_entities_of_a_mesh_file_read_nothing(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    data = DESCRIPTORS.replace(
        b'SYSTEM "https://www.nlm.nih.gov/databases/dtd/nlmdescriptorrecordset.dtd"',
        f'[<!ENTITY x SYSTEM "{secret.as_uri()}">]'.encode(),
    ).replace(b"<String>Cor</String>", b"<String>Cor &x;</String>")
    (heart,) = iter_terms(data, "mesh-xml", "MESH")
    assert not any("secret" in name for name in heart.synonyms)


def zipped(*files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for n, data in enumerate(files):
            archive.writestr(f"file{n}", data)
    return out.getvalue()


@pytest.mark.parametrize("pack", [gzip.compress, zipped])
@pytest.mark.parametrize(
    ("format", "data"), [("mesh-xml", DESCRIPTORS), ("tsv", b"concept_id\tname\nX:1\theart\n")]
)
def test_packed_files_are_read_as_plain_ones(pack, format, data):
    assert list(iter_terms(pack(data), format, "X")) == list(iter_terms(data, format, "X"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip.compress(b"concept_id\tname\nX:1\theart\n", mtime=0)[:-9], "not tsv"),
        (zipped(b"a", b"b"), "the zip holds 2 files, not one"),
        (b"PK\x03\x04 and no more", "not tsv"),
    ],
)
def test_damaged_packing_is_one_line(data, reason):
    with pytest.raises(DictionarySourceError, match=f"^dictionary source X: {reason}"):
        list(iter_terms(data, "tsv", "X"))


def test_own_list_with_every_column():
    data = (
        "concept_id\tname\tpreferred\tscope\tlanguage\tterm_type\tcui\tsemantic_type\txref\tdefinition\t"
        "obsolete\treplaced_by\n"
        "M:1\tcoeur\t\t\tfr\tSY\t\t\tFMA:7088|UMLS:C0018787\t\t\t\n"
        "M:1\theart\tyes\t\t\tPT\tC0018787\tanatomy\tMESH:D006321\tThe pump.\t\t\n"
        "M:1\tpump\t\trelated\t\t\t\t\t\t\t\t\n"
        "M:2\tsoul\t\t\t\t\tnonsense\t\t\t\ttrue\tM:1\n"
    )
    heart, soul = iter_terms(data.encode(), "tsv", "M")
    assert (heart.name, heart.language, heart.term_type, heart.definition) == (
        "heart",
        "en",
        "PT",
        "The pump.",
    )
    assert list(zip(heart.synonyms, heart.scopes, heart.languages, strict=True)) == [
        ("coeur", "exact", "fr"),
        ("pump", "related", "en"),
    ]
    assert (heart.cuis, heart.xrefs) == (("C0018787",), ("FMA:7088", "MESH:D006321"))
    assert (soul.cuis, soul.obsolete, soul.replaced_by) == ((), True, "M:1")


def test_a_scope_that_is_none_names_its_line():
    with pytest.raises(DictionarySourceError, match="line 3: no scope 'near'"):
        list(iter_terms(b"concept_id\tname\tscope\nX:1\ta\t\nX:1\tb\tnear\n", "tsv", "X"))


def test_lone_surrogates_become_replacement_characters():
    graph = rb'{"graphs": [{"nodes": [{"id": "X:1", "lbl": "heart \ud800"}]}]}'
    assert [t.name for t in iter_terms(graph, "obograph-json", "X")] == ["heart \ufffd"]
