"""Linking compared: every installed tool gets the same names, gold and filtering of ids.

    python benchmarks/bench_linking.py --gold gold.jsonl --format craft-captions --config demo

Rivals, each with the settings of its documentation: exact Aho-Corasick on token boundaries, gilda, QuickUMLS
(its index built from the same names; without its spaCy model a blank pipeline, which is reported) and, with
--spark, Spark NLP's TextMatcher. Ours is untrained, or tuned: by a file of `medconcept tune` from other gold
(--learned), or by cross-validation over these articles (--cross-validate); the rivals cannot be tuned.
Writes build/bench/linking.json: F1 of mentions and concepts, and the 95% interval of our F1 minus theirs by
bootstrap over articles.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from results import write

from medconcept.config import load_config
from medconcept.dictionary.linking_dictionary import LinkingDictionary
from medconcept.dictionary.name_rules import EXACT, FUNCTION_WORDS, match_key
from medconcept.dictionary.name_table import Name
from medconcept.dictionary.stop_concepts import FIGURE_WORDS, GENERAL, is_general
from medconcept.evaluation import score
from medconcept.evaluation.article_context import find_article_folder
from medconcept.evaluation.bootstrap import difference_interval, f1_interval
from medconcept.evaluation.documents import Annotation
from medconcept.evaluation.evaluate import FORMATS, Predictions, identifiers_of, predict
from medconcept.evaluation.gold import read_gold
from medconcept.evaluation.tuning import cross_validated
from medconcept.library.compiled_sources import prepared
from medconcept.linking.candidates import is_of_source
from medconcept.linking.learned import read_learned

Found = list[list[tuple[int, int, Name]]]
Rival = Callable[[list[Name], list[str]], Found]


def aho_corasick(names: list[Name], texts: list[str]) -> Found:
    """Return leftmost longest names on token boundaries; case-insensitive if the name allows it."""
    import ahocorasick

    best = _best_names(names, lambda name: match_key(name.name))
    automaton = ahocorasick.Automaton()
    for key in best:
        automaton.add_word(key[1:].casefold(), 0)
    for word in list(automaton.keys()):
        automaton.add_word(word, word)
    automaton.make_automaton()
    out: Found = []
    for text in texts:
        folded = text.casefold()
        hits = []
        for end, word in automaton.iter(folded) if len(folded) == len(text) else ():
            start, stop = end - len(word) + 1, end + 1
            inside = (start and text[start - 1].isalnum() and text[start].isalnum()) or (
                stop < len(text) and text[stop - 1].isalnum() and text[stop].isalnum()
            )
            name = best.get(EXACT + text[start:stop]) or best.get("\x01" + word)
            if not inside and name is not None:
                hits.append((start, stop, name))
        out.append(_longest(hits))
    return out


def gilda(names: list[Name], texts: list[str]) -> Found:
    """Run gilda.annotate with a grounder over the same names."""
    from gilda import Term
    from gilda.grounder import Grounder
    from gilda.ner import annotate
    from gilda.process import normalize

    by_id = {(n.source, n.source_id): n for n in names}
    terms = [
        Term(
            normalize(n.name),
            n.name,
            n.source,
            n.source_id,
            n.name,
            "name" if n.preferred else "synonym",
            n.source,
        )
        for n in names
    ]
    grounder = Grounder(terms)
    # Its disambiguation models, which are for genes, would be downloaded from a bucket at first use.
    grounder.gilda_disambiguators, grounder.adeft_disambiguators = {}, {}
    out: Found = []
    for text in texts:
        hits = []
        for annotation in annotate(text, grounder=grounder):
            term = annotation.matches[0].term
            hits.append((annotation.start, annotation.end, by_id[term.db, term.id]))
        out.append(hits)
    return out


def quickumls(names: list[Name], texts: list[str]) -> Found:
    """Run QuickUMLS with its defaults: Jaccard 0.7 over trigrams, the best match of each span."""
    import nltk
    import spacy
    from quickumls import QuickUMLS
    from quickumls.install import parse_and_encode_ngrams

    try:
        spacy.load("en_core_web_sm")
    except OSError:
        print("QuickUMLS: no spaCy model en_core_web_sm here; a blank English pipeline", file=sys.stderr)
        spacy.load = lambda *_, **__: spacy.blank("en")
    try:
        nltk.corpus.stopwords.words("english")
    except LookupError:
        print("QuickUMLS: no NLTK stop words here; English function words", file=sys.stderr)
        nltk.corpus.stopwords = SimpleNamespace(words=lambda *_: sorted(FUNCTION_WORDS))
    best = _best_names(names, lambda name: name.name.lower())
    numbers = {f"C{n:07d}": name for n, name in enumerate(best.values())}
    rows = [(name.name, cui, {"T047"}, int(name.preferred)) for cui, name in numbers.items()]
    out: Found = []
    with tempfile.TemporaryDirectory() as folder:
        parse_and_encode_ngrams(rows, f"{folder}/umls-simstring.db", f"{folder}/cui-semtypes.db", "unqlite")
        for flag, value in (("database_backend", "unqlite"), ("language", "ENG")):
            (Path(folder) / f"{flag}.flag").write_text(value)
        matcher = QuickUMLS(folder)
        for text in texts:
            places = matcher.match(text, best_match=True, ignore_syntax=False)
            hits = [(p[0]["start"], p[0]["end"], numbers[p[0]["cui"]]) for p in places]
            out.append(hits)
    return out


def text_matcher(names: list[Name], texts: list[str]) -> Found:
    """Run Spark NLP's TextMatcher, case-insensitive; overlaps are resolved longest first."""
    from sparknlp.annotator import TextMatcher, Tokenizer
    from sparknlp.base import DocumentAssembler

    from medconcept.spark.session import get_session
    from medconcept.workers.annotate.utf16_offsets import code_points

    best = _best_names(names, lambda name: " ".join(name.name.lower().split()))
    spark = get_session(load_config("demo").spark)
    with tempfile.TemporaryDirectory() as folder:
        entities = Path(folder) / "names.txt"
        entities.write_text("\n".join(best), encoding="utf-8")
        document = DocumentAssembler().setInputCol("text").setOutputCol("document").setCleanupMode("disabled")
        token = Tokenizer().setInputCols(["document"]).setOutputCol("token")
        matcher = TextMatcher().setInputCols(["document", "token"]).setOutputCol("found")
        matcher = matcher.setEntities(str(entities)).setCaseSensitive(False)
        frame = spark.createDataFrame(list(enumerate(texts)), ["n", "text"])
        for step in (document, token.fit(frame)):
            frame = step.transform(frame)
        rows = matcher.fit(frame).transform(frame).select("n", "found").collect()
    out: Found = [[] for _ in texts]
    for row in rows:
        text = texts[row["n"]]
        hits = []
        for start, end in code_points(text, [(f["begin"], f["end"]) for f in row["found"]]):
            name = best.get(" ".join(text[start:end].lower().split()))
            if name is not None:
                hits.append((start, end, name))
        out[row["n"]] = _longest(hits)
    return out


RIVALS: dict[str, Rival] = {"aho-corasick": aho_corasick, "gilda": gilda, "quickumls": quickumls}


def main(argv: list[str] | None = None) -> int:
    """Measure, print a table, write the JSON."""
    options = _arguments(argv)
    form = FORMATS[options.format]
    dictionary = prepared(
        load_config(options.config), options.dictionary, () if options.dictionary else form.read
    )
    gold = read_gold(options.gold, options.format)
    articles = options.articles or find_article_folder(options.gold)
    if options.cross_validate:
        ours = cross_validated(gold, dictionary, form, articles=articles)
    else:
        learned = read_learned(options.learned) if options.learned else None
        ours = predict(gold, dictionary, form, articles=articles, learned=learned)
    names = _names(dictionary, form.read, form.semantic_types, mesh_or_omim_only="OMIM" in form.scored)
    ids = identifiers_of(dictionary, form)
    texts = [document.text for document in gold.documents]
    rivals = {**RIVALS, **({"spark-nlp TextMatcher": text_matcher} if options.spark else {})}
    figures: dict[str, Any] = {}
    missing: dict[str, str] = {}
    _record(figures, "medconcept", ours, ours, 0.0)
    for name, rival in rivals.items():
        if options.only and name not in options.only:
            continue
        start = time.perf_counter()
        try:
            hits_by_text = rival(names, texts)
        except ImportError as error:
            missing[name] = f"not installed ({error.name})"
            continue
        chosen = tuple(
            tuple(
                Annotation(ids.resolve(n.source_id), ((a, b),))
                for a, b, n in hits
                if not is_general(n.name, text[a:b], GENERAL | FIGURE_WORDS)
            )
            for text, hits in zip(texts, hits_by_text, strict=True)
        )
        theirs = Predictions(ours.documents, chosen, chosen)
        _record(figures, name, ours, theirs, time.perf_counter() - start)
    for name, reason in missing.items():
        print(f"{name}: {reason}", file=sys.stderr)
    write(
        "linking",
        figures,
        {},
        [],
        options.output,
        gold=Path(options.gold).name,
        names=len(names),
        setting="tuned" if options.learned or options.cross_validate else "untrained",
        missing=missing,
    )
    return 0


def _record(
    figures: dict[str, Any], name: str, ours: Predictions, theirs: Predictions, seconds: float
) -> None:
    comparison: dict[str, Any] = {"seconds": round(seconds, 1)}
    for unit, measure in (("mention", score.mentions), ("concept", score.concepts)):
        mine = score.per_article(ours.documents, ours.chosen, measure)
        other = score.per_article(theirs.documents, theirs.chosen, measure)
        comparison[unit] = {
            **score.total(other.values()).figures(),
            "f1_interval": f1_interval(other),
            "ours_minus_theirs": difference_interval(mine, other),
        }
    figures[name] = comparison
    cells = [
        f"{unit} {comparison[unit]['f1']:.4f} (ahead {comparison[unit]['ours_minus_theirs']})"
        for unit in ("mention", "concept")
    ]
    print(f"{name:24}{'   '.join(cells)}", flush=True)


def _names(
    dictionary: LinkingDictionary, sources: Iterable[str], types: Iterable[str], *, mesh_or_omim_only: bool
) -> list[Name]:
    wanted, kinds = frozenset(sources), set(types)
    return [
        name
        for name in dictionary.names.named(np.arange(len(dictionary)))
        if is_of_source(name, wanted)
        and (not kinds or kinds & name.kinds)
        and (name.has_mesh_or_omim or not mesh_or_omim_only)
    ]


def _best_names(names: list[Name], key: Callable[[Name], str | None]) -> dict[str, Name]:
    """Choose one name for each key as a careful user would: preferred name, preferred source, small id."""
    best: dict[str, Name] = {}
    for name in sorted(names, key=lambda n: (not n.preferred, n.source_rank, n.source_id)):
        at = key(name)
        if at:
            best.setdefault(at, name)
    return best


def _longest(hits: list[tuple[int, int, Name]]) -> list[tuple[int, int, Name]]:
    """Return the leftmost longest hits without overlaps."""
    out: list[tuple[int, int, Name]] = []
    for hit in sorted(hits, key=lambda h: (h[0], -h[1])):
        if not out or hit[0] >= out[-1][1]:
            out.append(hit)
    return out


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gold", required=True)
    parser.add_argument("--format", choices=sorted(FORMATS), required=True)
    parser.add_argument("--config", default="demo")
    parser.add_argument("--dictionary", metavar="FILE")
    parser.add_argument("--articles", metavar="DIR", help="JATS files of the gold (default: `jats` near it)")
    tuned = parser.add_mutually_exclusive_group()
    tuned.add_argument("--learned", metavar="FILE", help="ours is tuned by what `medconcept tune` wrote")
    tuned.add_argument(
        "--cross-validate", action="store_true", help="ours is tuned, by folds over the articles"
    )
    parser.add_argument("--spark", action="store_true", help="Spark NLP's TextMatcher too")
    parser.add_argument("--only", action="append", metavar="RIVAL")
    parser.add_argument("--output", type=Path, default=Path("build/bench/linking.json"))
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(main())
