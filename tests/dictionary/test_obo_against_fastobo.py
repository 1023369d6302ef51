"""Generated OBO files: what is read, against the independent parser fastobo."""

from __future__ import annotations

import io
import random

import fastobo
import pytest

from medconcept.terminologies import obo_stanzas
from medconcept.terminologies.readers import iter_terms
from medconcept.terminologies.term_fields import clean_text

SEED, FILES, TERMS = 20261130, 40, 12
WORDS = (
    "heart", "Ménière", "3\\,3'\\,3\\\"-acid", "a\\:b", "β2", "left\u2028ventricle", "x\\{y\\}", "wow\\!",
    "[18F]", "2-(4-x)", "\\\\back", "tab\\tbed", "\u00a0wide",
)  # fmt: skip
SCOPES = ("EXACT", "NARROW", "BROAD", "RELATED")
MODIFIERS = ("", ' {source="MONDO:1"}', ' {a="x, y", dc:source="FMA ! z"}')
COMMENTS = ("", " ! heart", ' ! a "quoted" remark')
REFERENCES = ("[]", "[PMID:1]", '[PMID:1, GOC:x "a ] text"]', "[http\\://x.org/a]")


def generated(draw: random.Random) -> str:
    """A valid file: each tag in the forms that the format allows and fastobo reads."""

    def words(most: int = 3) -> str:
        return " ".join(draw.choices(WORDS, k=draw.randint(1, most)))

    def tail() -> str:
        return draw.choice(MODIFIERS) + draw.choice(COMMENTS)

    lines = ["format-version: 1.4", "ontology: x", 'synonymtypedef: LATIN "Latin" EXACT', ""]
    for number in range(TERMS):
        lines += ["[Term]", f"id: X:{number:07d}{draw.choice(COMMENTS)}"]
        lines.append(f"name: {words()}{tail()}")
        if draw.random() < 0.5:
            lines.append(f'def: "{words(8)}" {draw.choice(REFERENCES)}{tail()}')
        for _ in range(draw.randint(0, 4)):
            kind = draw.choice((" LATIN", "", ""))
            end = f"{draw.choice(SCOPES)}{kind} {draw.choice(REFERENCES)}{tail()}"
            lines.append(f'synonym: "{words()}" {end}')
        for _ in range(draw.randint(0, 3)):
            lines.append(f"xref: DOID:{draw.randint(1, 99)}{tail()}")
        if draw.random() < 0.3:
            lines.append(f"alt_id: X:{draw.randint(100, 999):07d}{tail()}")
        if draw.random() < 0.2:
            lines += [
                f"is_obsolete: true{draw.choice(COMMENTS)}",
                f"replaced_by: X:0000000{draw.choice(COMMENTS)}",
            ]
        lines.append("")
        if draw.random() < 0.2:
            lines += ["[Typedef]", f"id: part_of_{number}", "name: part of", ""]
    return draw.choice(("\n", "\r\n")).join(lines)


def read_by_fastobo(text: str) -> dict[str, dict[str, object]]:
    out: dict[str, dict[str, object]] = {}
    for frame in fastobo.loads(text.replace("\r\n", "\n")):
        if not isinstance(frame, fastobo.term.TermFrame):
            continue
        term: dict[str, object] = {
            "name": "", "definition": None, "xrefs": set(), "alt_ids": set(), "obsolete": False,
            "replaced_by": None,
        }  # fmt: skip
        scopes: dict[str, str] = {}
        for clause in frame:
            match type(clause).__name__:
                case "NameClause":
                    term["name"] = clean_text(clause.name)
                case "DefClause":
                    term["definition"] = str(clause.definition)
                case "SynonymClause":
                    text_, scope = clean_text(clause.synonym.desc), clause.synonym.scope.lower()
                    order = ("exact", "narrow", "broad", "related")
                    scopes[text_] = min(scope, scopes.get(text_, scope), key=order.index)
                case "XrefClause":
                    term["xrefs"].add(str(clause.xref.id))  # type: ignore[attr-defined]  # of a set
                case "AltIdClause":
                    term["alt_ids"].add(str(clause.alt_id))  # type: ignore[attr-defined]  # of a set
                case "IsObsoleteClause":
                    term["obsolete"] = clause.obsolete
                case "ReplacedByClause":
                    term["replaced_by"] = str(clause.term)
        scopes.pop(str(term["name"]), None)
        out[str(frame.id)] = {**term, "synonyms": scopes}
    return out


def read(text: str) -> dict[str, dict[str, object]]:
    return {
        term.source_id: {
            "name": term.name, "definition": term.definition, "xrefs": set(term.xrefs),
            "alt_ids": set(term.alt_ids), "obsolete": term.obsolete, "replaced_by": term.replaced_by,
            "synonyms": dict(zip(term.synonyms, term.scopes, strict=True)),
        }
        for term in iter_terms(text.encode(), "obo", "X")
    }  # fmt: skip


def test_generated_files_are_read_as_fastobo_reads_them() -> None:
    print("seed", SEED)
    draw = random.Random(SEED)
    for _ in range(FILES):
        text = generated(draw)
        expected = read_by_fastobo(text)
        assert len(expected) == TERMS
        assert read(text) == expected


@pytest.mark.parametrize("block", [1, 2, 3, 5, 17, 64])
def test_stanzas_do_not_depend_on_where_blocks_of_the_file_end(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = generated(random.Random(SEED)).replace("heart", "he\\\n art") + "[Term]\nid: X:9\nname: last"
    data = b"\xef\xbb\xbf" + text.encode()
    whole = list(obo_stanzas.stanzas(io.BytesIO(data)))
    monkeypatch.setattr(obo_stanzas, "BLOCK", block)
    assert list(obo_stanzas.stanzas(io.BytesIO(data))) == whole
    assert len(whole) > TERMS
