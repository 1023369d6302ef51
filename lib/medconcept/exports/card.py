"""The card: README.md of an export, from what is inside it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from medconcept.exports.card_text import CITATION, INTENDED_USE, LIMITS, RESPONSIBLE_USE, SUMMARY
from medconcept.exports.card_yaml import card_yaml, configurations
from medconcept.exports.facts import DATA, METADATA, ExportFacts, rows_by_split
from medconcept.exports.figures import FIGURES
from medconcept.exports.inside import most_frequent
from medconcept.exports.token_spans import CONTEXT
from medconcept.runtime.control_characters import visible

_SHOWN = 20  # values of a field
_CONTENTS = {
    "huggingface": "Parquet files with the image, the caption, its concepts and all metadata of each figure.",
    "webdataset": "tar files; a sample has its image, its caption (`.txt`) and its record (`.json`).",
    "conceptclip": "JSON lines as ConceptCLIP's training reads them (`data`), the same with the keys "
    "`image`, "
    "`caption`, `umls_meta_info` alone (`data_min`), and the image files (`images`, named by their SHA-256).",
    "retrieval": "Pairs of image and caption for retrieval, held out of training: Parquet files with all "
    "fields of each figure and how it was chosen (`selection`), and in `pairs` a line for each pair in the "
    "same order.",
    "metadata": "Parquet files with the metadata of each figure: ids, offsets, concepts, checksums and "
    "licences, without words of the article and without images.",
}


def card(facts: ExportFacts, shown: Sequence[str] = ()) -> str:
    """The text of README.md; `shown` are the paths of FIGURES that there are."""
    inside = facts.inside(facts.main)
    sections = [
        f"---\n{card_yaml(facts)}---\n\n# MedConcept, release {_plain(facts.release.name)}",
        SUMMARY,
        f"## What is in the files\n\n{_CONTENTS[facts.options.format]}{_copies(facts)}\n\n{_files(facts)}",
        f"## Loading\n\n```python\n{loading(facts)}\n```",
        f"## Counts\n\n{_counts(facts, inside)}",
        f"## Fields\n\n{_fields(facts)}",
        f"## Where the data come from\n\n{_provenance(facts)}",
        f"## What was left out\n\n{_left_out(facts)}",
        f"## Licences\n\n{_licences(facts, inside)}",
        f"## Limits\n\n{_limits(facts, inside)}{_shown(shown)}",
        INTENDED_USE,
        RESPONSIBLE_USE,
        f"## Citation\n\n```bibtex\n{CITATION}\n```",
    ]
    return "\n\n".join(section.strip() for section in sections) + "\n"


def loading(facts: ExportFacts) -> str:
    """The snippet that loads the export; `folder` is where it lies, or its name on the Hub."""
    split = next(iter(rows_by_split(facts.of(facts.main))))
    name = json.dumps(f"medconcept-{facts.release.name}")
    folder = f"folder = {name}  # where these files are"
    if facts.options.format == "webdataset":
        first = facts.of(DATA)[0].files[0].path
        return f"""import webdataset

{folder}
samples = webdataset.WebDataset(f"{{folder}}/{first}", shardshuffle=False).decode("pil")
for sample in samples:
    print(sample["__key__"], sample["txt"], sample["json"]["concept_ids"])
    break"""
    if facts.options.format == "conceptclip":
        first = facts.of(DATA)[0].files[1].path
        return f"""import json

{folder}
with open(f"{{folder}}/{first}", encoding="utf-8") as lines:
    for line in map(json.loads, lines):
        print(line["image"], line["caption"], line["umls_meta_info"])
        break"""
    if facts.options.format == "retrieval":
        splits = "+".join(sorted(rows_by_split(facts.of(DATA))))  # as the files in `pairs` are sorted
        return f"""from datasets import load_dataset

{folder}
pairs = load_dataset(folder, split="{splits}")
print(pairs[0]["caption"], pairs[0]["selection"])
# Embed images and captions in this order, save both with numpy.save as A.npy and B.npy, and score them:
# medconcept score_retrieval --image-embeddings A.npy --text-embeddings B.npy --captions FOLDER/pairs"""
    others = [name for name in configurations(facts) if name != "default"]
    more = f'\nrows = load_dataset(folder, "{others[0]}", split="{split}", streaming=True)' if others else ""
    return f"""from datasets import load_dataset

{folder}
dataset = load_dataset(folder){more}"""


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of Markdown; numbers with thousands separated, on the right.

    >>> print(table(("value", "rows"), [("a|b", 1000)]))
    | value | rows |
    |---|---:|
    | a\\|b | 1,000 |
    """
    cells = [[_cell(value) for value in row] for row in rows]
    rule = "|".join(
        "---:" if n and name in ("rows", "bytes", "concepts") else "---" for n, name in enumerate(head)
    )
    return "\n".join([f"| {' | '.join(head)} |", f"|{rule}|", *(f"| {' | '.join(row)} |" for row in cells)])


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return _plain(value).replace("|", "\\|")


def _plain(value: object) -> str:
    """Text from outside on one line, which is neither HTML nor a link."""
    text = visible(" ".join(str(value).split()))
    return text.replace("<", "&lt;").replace("[", "\\[")


def _copies(facts: ExportFacts) -> str:
    if facts.options.images == "original" or not facts.options.has_images:
        return ""
    return (
        " The images are training copies: scaled, their colours converted, their metadata removed; "
        "`image_sha256`, `image_format`, `image_width` and `image_height` are of the image as published."
    )


def _files(facts: ExportFacts) -> str:
    tokens = ""
    if (tokenizer := facts.options.tokenizer) is not None:
        tokens = (
            f"\n\nSpans are also given in tokens of `{_plain(tokenizer.name)}` (SHA-256 of its file "
            f"`{tokenizer.sha256}`), counted without the mark at the beginning: `start_token`, `end_token` "
            f"(exclusive). `past_context` marks those that do not fit into {CONTEXT} tokens with both marks; "
            "`context_end` is the character where the context of a caption is full. `data_tokens` has the "
            "lines of `data_min` with spans of tokens, as the published loss takes them, without those past "
            "the context."
        )
    rows = [
        (name, ", ".join(f"{split} {count:,}" for split, count in rows_by_split(shards).items()),
         len(shards), sum(shard.files[0].bytes for shard in shards))
        for name, shards in configurations(facts).items()
    ]  # fmt: skip
    return table(("configuration", "rows by split", "files", "bytes"), rows) + (
        "\n\nEvery file is listed with its SHA-256 in `manifest.json`; `ASSETS.json` says of each kind of "
        "file what it holds and what was withheld." + tokens
    )


def _counts(facts: ExportFacts, inside: Mapping[str, Mapping[str, int]]) -> str:
    totals = inside["totals"]
    parts = [
        f"{totals['rows']:,} rows, {totals['concepts']:,} mentions of concepts, {totals['panels']:,} panels."
    ]
    shown = {
        "split": "Split", "rights_group": "Licence group", "licence": "Licence", "main_modality": "Modality",
        "year": "Year", "journal": "Journal", "language": "Language", "article_type": "Type of article",
        "image_format": "Format of the image as published",
    }  # fmt: skip
    for name, title in shown.items():
        if counts := inside.get(name):
            ranked = sorted(counts.items()) if name == "year" else most_frequent(counts, _SHOWN)
            parts.append(f"### {title}\n\n{table((name, 'rows'), ranked)}")
    return "\n\n".join(parts)


def _fields(facts: ExportFacts) -> str:
    parts = []
    for folder in (DATA, METADATA):
        if folder not in facts.fields or (folder == METADATA and DATA in facts.fields):
            continue
        rows = [(f"`{field.path}`", field.type, field.meaning) for field in facts.fields[folder]]
        parts.append(table(("field", "type", "meaning"), rows))
    if DATA in facts.fields and METADATA in facts.fields:
        have = {field.path for field in facts.fields[METADATA]}
        lacking = [field.path for field in facts.fields[DATA] if field.path not in have]
        parts.append(
            f"The configuration `metadata` has these fields but for {', '.join(f'`{p}`' for p in lacking)}; "
            "words of the article in nested fields are null there. It also has the figures whose terms let "
            "metadata alone leave."
        )
    return "\n\n".join(parts)


def _provenance(facts: ExportFacts) -> str:
    release = facts.release
    sources = table(
        ("terminology", "version", "licence"),
        [(source.name, source.version, source.licence) for source in facts.terminologies],
    )
    thanks = "".join(f"\n\n{line}" for line in facts.acknowledgements)
    return (
        f"Release `{_plain(release.name)}` of {release.published}, made with medconcept "
        f"{release.code_version}; content digest of its triplets `{release.digests.get('triplets', '')}`. "
        "Figures, captions and images are of open-access articles; `article_key`, `article_version` and "
        "`source_sha256` name the file of the article, `image_sha256` that of the image. Captions were "
        f"linked to concepts of these terminologies:\n\n{sources}{thanks}"
    )


def _left_out(facts: ExportFacts) -> str:
    exported = facts.counts["exported"]
    total = exported + sum(facts.left_out.values())
    rows = [(name, facts.reasons[name], count) for name, count in facts.left_out.items()]
    parts = [f"Of {total:,} triplets of the release, {exported:,} are in the files."]
    if rows:
        parts.append(table(("reason", "meaning", "rows"), rows))
    if METADATA in facts.schemas and DATA in facts.schemas:
        parts.append(
            f"{sum(s.rows for s in facts.of(METADATA)):,} rows are in the configuration `metadata`: those "
            "too that are left out for their licence or for want of an image."
        )
    if named := facts.counts.get("partly.restricted_vocabulary"):
        names = facts.counts["names_withheld"]
        parts.append(
            f"In {named:,} rows {names:,} names of concepts of restricted vocabularies are withheld."
        )
    if fixed := facts.counts.get("partly.no_derivatives"):
        parts.append(
            f"The terms of {fixed:,} rows permit unchanged copies only: no crop, panel or scaled copy of "
            "their images may be passed on (`rights.withheld` is `no_derivatives`)."
        )
    asked = facts.options
    given = {
        "--where": asked.where,
        "--only-licence": ", ".join(asked.licences),
        "--split": ", ".join(asked.splits),
        "--images": asked.images,
        "--seed": asked.seed,
    }
    if asked.format == "retrieval":
        given |= {"--split": ", ".join(asked.wanted_splits), "--pairs": asked.most_pairs}
        given["--balance"] = ",".join(asked.balance)
    options = [(name, value) for name, value in given.items() if value not in (None, "")]
    parts.append(table(("option", "value"), options))
    return "\n\n".join(parts)


def _licences(facts: ExportFacts, inside: Mapping[str, Mapping[str, int]]) -> str:
    credit = ""
    if DATA in facts.schemas:
        credit = " The files in `attribution` have the credit line of every row, next to its `sample_key`."
    return (
        "Each row has a licence of its own, that of its figure: `rights` has what it permits, with the "
        "words that it was read from; `attribution` is the credit line to print with the image."
        + credit
        + " Whoever changes an image adds what was changed. `rights_group` is `commercial` where copies and "
        "commercial use are permitted, `noncommercial` where copies are, `other` where neither is.\n\n"
        + table(("licence", "rows"), most_frequent(inside.get("licence", {}), _SHOWN))
    )


def _shown(paths: Sequence[str]) -> str:
    return "".join(f"\n\n![{FIGURES[path]}]({path})" for path in paths)


def _limits(facts: ExportFacts, inside: Mapping[str, Mapping[str, int]]) -> str:
    rows = inside["totals"]["rows"]
    parts = [LIMITS]
    for name, what in (("journal", "journals"), ("main_modality", "modalities")):
        counts = inside.get(name, {})
        top = most_frequent(counts, 1)
        if top and rows:
            parts.append(
                f"- {len(counts):,} {what}; the most frequent, {_plain(top[0][0])}, has "
                f"{top[0][1] / rows:.0%} of the rows."
            )
    tail = facts.frequency
    if tail.concepts:
        parts.append(
            f"- {tail.concepts:,} concepts; by the number of rows that name them: "
            + ", ".join(f"{bins} rows {count:,}" for bins, count in tail.by_rows.items() if count)
            + ". The most frequent: "
            + ", ".join(f"{_plain(name or key)} ({count:,})" for key, name, count in tail.frequent)
            + "."
        )
    retracted = inside.get("is_retracted", {}).get("true", 0)
    concern = inside.get("has_concern", {}).get("true", 0)
    parts.append(
        f"- Retractions: {retracted:,} rows are of articles that were retracted when the release was made, "
        f"{concern:,} of articles with an expression of concern (`is_retracted`, `has_concern`). Articles "
        "may have been retracted since."
    )
    return "\n".join(parts)
