"""Commands that need no lake, and Spark only for a recogniser: those of `arguments.COMMANDS`."""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from medconcept.cli.arguments import READING_FORMATS, TYPED_FORMATS
from medconcept.cli.lake_dictionary import TABLES, dictionary_of_lake
from medconcept.cli.output import as_json_text, print_text
from medconcept.confidence.mention_confidence import MentionConfidence
from medconcept.confidence.model import shipped_model
from medconcept.config import Config
from medconcept.dictionary.linking_dictionary import LinkingDictionary
from medconcept.errors import ConfigError
from medconcept.evaluation.article_context import count_article_files, find_article_folder
from medconcept.evaluation.evaluate import (
    FORMATS,
    adapted_to,
    identifiers_of,
    ids_of,
    predict,
    report,
    scored_sources,
)
from medconcept.evaluation.gold import Gold, read_gold
from medconcept.evaluation.panels import panel_lines, panel_report, read_split_captions
from medconcept.evaluation.readings import REPORTS, reading_lines
from medconcept.evaluation.tuning import cross_validated, learn, terms_by_id, unseen_only
from medconcept.evaluation.type_recall import type_recall, type_recall_lines
from medconcept.evaluation.typed_mentions import read_typed_gold
from medconcept.library.compiled_sources import prepared
from medconcept.linking.learned import read_learned, write_learned
from medconcept.linking.linker import Linker
from medconcept.linking.types import Entity, Link, LinkSettings


def run(arguments: argparse.Namespace, config: Config) -> int:
    """Run one of COMMANDS; returns the exit code. Raises MedconceptError."""
    if arguments.command == "score_retrieval":
        from medconcept.cli.score_retrieval import run as score_retrieval

        return score_retrieval(arguments)
    if arguments.command == "upload":
        from medconcept.cli.upload import run as upload

        return upload(arguments)
    if arguments.command == "train_ner":
        from medconcept.cli.train_ner import run as train

        return train(arguments, config)
    if arguments.command == "evaluate" and arguments.format in READING_FORMATS:
        return _score_reading(arguments)
    if arguments.command == "evaluate" and arguments.format in TYPED_FORMATS:
        return _score_types(arguments, config)
    return _link(arguments, config) if arguments.command == "link" else _score(arguments, config)


def _dictionary(arguments: argparse.Namespace, config: Config, sources: Sequence[str]) -> LinkingDictionary:
    """The dictionary of `--dictionary`, else of the lake if `--lake` is stated, else of the configuration."""
    named = arguments.dictionary
    if (named in TABLES and not Path(named).is_file()) or (named is None and arguments.lake):
        return dictionary_of_lake(replace(config, lake=arguments.lake or config.lake))
    recognises = bool(getattr(arguments, "recogniser", None) or getattr(arguments, "train", False))
    return prepared(config, named, sources, similar=recognises)


def _score_reading(arguments: argparse.Namespace) -> int:
    """Score what is read from texts without a dictionary."""
    if arguments.format == "panels":
        out = panel_report(read_split_captions(arguments.gold))
        lines = panel_lines(out)
    else:
        out = REPORTS[arguments.format](arguments.gold)
        lines = reading_lines(out)
    print_text(json.dumps(out) if arguments.json else "\n".join(lines))
    return 0


def _score_types(arguments: argparse.Namespace, config: Config) -> int:
    """Score the recall of what annotators marked, by kind of entity, with all sources of the dictionary."""
    gold = read_typed_gold(arguments.gold)
    dictionary = _dictionary(arguments, config, ())
    learned = read_learned(arguments.learned) if arguments.learned else None
    out = type_recall(gold, Linker(dictionary, learned=learned))
    lines = type_recall_lines(out)
    out["dictionary"] = _described(dictionary)
    lines.append(f"dictionary: {len(dictionary)} names, {dictionary.sha256[:12]}")
    print_text(json.dumps(out) if arguments.json else "\n".join(lines))
    return 0


def _described(dictionary: LinkingDictionary) -> dict[str, object]:
    return {"names": len(dictionary), "sha256": dictionary.sha256, "sources": list(dictionary.sources)}


def _score(arguments: argparse.Namespace, config: Config) -> int:
    gold = read_gold(arguments.gold, arguments.format)
    form = adapted_to(FORMATS[arguments.format], gold)
    wanted = () if arguments.dictionary else form.read
    dictionary = _dictionary(arguments, config, wanted)
    form = scored_sources(form, arguments.sources, dictionary)
    articles = arguments.articles or find_article_folder(arguments.gold)
    if arguments.command == "tune":
        untrained = predict(gold, dictionary, form, articles=articles)
        learned = learn(untrained, terms_by_id(dictionary, form))
        write_learned(learned, arguments.out)
        print(json.dumps({"surfaces": len(learned.surfaces), "terms": len(learned.terms)}))
        return 0
    learned_file = read_learned(arguments.learned) if arguments.learned else None
    entities, recognition = _entities(arguments, config, gold)
    if arguments.cross_validate:
        predictions = cross_validated(gold, dictionary, form, articles=articles, entities=entities)
    else:
        predictions = predict(
            gold,
            dictionary,
            form,
            articles=articles,
            learned=learned_file,
            mesh_or_omim_only=not arguments.unrestricted,
            entities=entities,
        )
    seen = None
    if arguments.development:
        documents = read_gold(arguments.development, arguments.format).documents
        seen = ids_of(documents, identifiers_of(dictionary, form))
    out = report(predictions, form, seen=seen)
    if arguments.cross_validate:
        out["mention_unseen"] = report(unseen_only(predictions), form)["mention"]
    out["setting"] = "tuned" if arguments.learned or arguments.cross_validate else "untrained"
    if entities is not None:
        out["recognition"] = recognition
        out["setting"] = "trained" if out["setting"] == "untrained" else "tuned and trained"
    out["left_out"] = gold.left_out
    out["articles_read"] = count_article_files(gold, articles)
    out["dictionary"] = _described(dictionary)
    if arguments.learned:
        out["learned_sha256"] = hashlib.sha256(Path(arguments.learned).read_bytes()).hexdigest()
    print_text(json.dumps(out) if arguments.json else "\n".join(_lines(out)))
    return 0


def _entities(
    arguments: argparse.Namespace, config: Config, gold: Gold
) -> tuple[dict[str, list[Entity]] | None, dict[str, object] | None]:
    """Recognised entities of the gold's texts by document, and their scores; starts Spark only if needed."""
    if not arguments.recogniser and not arguments.train:
        return None, None
    if arguments.train and not arguments.cross_validate:
        raise ConfigError("--train needs --cross-validate: a recogniser is trained on the other folds")
    from medconcept.cli.gold_entities import recognised

    return recognised(arguments, config, gold.documents)


def _lines(out: Mapping[str, Any]) -> list[str]:
    lines = [f"{out['documents']} documents of {out['articles']} articles, {out['setting']}", ""]
    lines.append(f"{'':22}{'precision':>10}{'recall':>10}{'F1':>10}   95% interval")
    rows = [(n, f) for n, f in out.items() if isinstance(f, dict) and "f1" in f]
    rows += [(f"  {n}", f) for n, f in out["by_source"].items()]
    for name, figures in rows:
        low, high = figures["f1_interval"]
        cells = "".join(f"{figures[key]:10.4f}" for key in ("precision", "recall", "f1"))
        lines.append(f"{name:22}{cells}   {low:.4f} to {high:.4f}")
    if out.get("recognition"):
        spans = out["recognition"]["spans"]
        cells = "".join(f"{spans[key]:10.4f}" for key in ("precision", "recall", "f1"))
        lines.append(f"{'recognition':22}{cells}")
    ceiling = out["ceiling"]
    lines.append("")
    lines.append(
        f"perfect choice, recall: mention {ceiling['mention_recall']}, concept {ceiling['concept_recall']}"
    )
    drawn = out["bootstrap"]
    lines.append(f"bootstrap over articles: {drawn['samples']} samples, seed {drawn['seed']}")
    lines.append(f"dictionary: {out['dictionary']['names']} names, {out['dictionary']['sha256'][:12]}")
    lines.extend(f"left out of the gold: {reason}: {times}" for reason, times in out["left_out"].items())
    return lines


def _link(arguments: argparse.Namespace, config: Config) -> int:
    dictionary = _dictionary(arguments, config, ())
    learned = read_learned(arguments.learned) if arguments.learned else None
    settings = replace(LinkSettings(), nested=arguments.nested)
    linker = Linker(dictionary, settings, learned=learned, confidence=MentionConfidence(shipped_model()))
    linked = linker.link(arguments.text, language=arguments.language)
    preferred = dictionary.names.preferred(link.concept_id for link in linked.links if link.concept_id)
    names = [preferred.get(link.concept_id or "", link.name or "") for link in linked.links]
    if arguments.json:
        links = [
            {**link.as_dict(), "preferred_name": name} for link, name in zip(linked.links, names, strict=True)
        ]
        print(as_json_text({"flags": linked.flags, "links": links}))
        return 0
    print_text(arguments.text)
    for flag in linked.flags:
        print_text(f"not linked: {flag}")
    for link, name in zip(linked.links, names, strict=True):
        print_text(_link_line(link, name))
    if not linked.links and not linked.flags:
        print("  (no concept)")
    return 0


def _link_line(link: Link, preferred_name: str) -> str:
    """One mention: its words and spans, the concept, and in brackets how its name was matched."""
    spans = ", ".join(f"[{start}-{end}]" for start, end in link.spans)
    matched = f'matched name: "{link.name}", {link.method} {link.similarity:.2f}, {link.source}'
    notes = [*link.flags, *(f"panel {panel}" for panel in link.panels)]
    if link.confidence is not None:
        notes.append(f"confidence {link.confidence:.2f}: {link.confidence_evidence}")
    flags = f"  [{', '.join(notes)}]" if notes else ""
    return f"  {link.text}  {spans}  {link.source_id}  {preferred_name}  ({matched}){flags}"
