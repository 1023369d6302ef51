"""Negation and uncertainty, compared with maintained libraries, on the sentences of the tests.

    python benchmarks/bench_context.py

negspacy (NegEx) runs on a blank English pipeline; it detects only negation, so its uncertainty is not scored.
Writes build/bench/context.json: the number of targets that each flags as a reader does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "linking"))
from context_sentences import SENTENCES, marked
from results import write

from medconcept.linking.negation import context_flags, sentence_spans

Flags = Callable[[str, int, int], bool]


def ours(text: str, start: int, end: int) -> bool:
    """Negated by the rules of the linker."""
    return "negated" in context_flags(text, sentence_spans(text), [(start, end)])[0]


def negspacy() -> Flags:
    """Negated by negspacy, its clinical terms, sentences by spaCy's rules."""
    import spacy
    from negspacy.negation import Negex
    from negspacy.termsets import termset

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    negex = Negex(nlp, "negex", termset("en_clinical").get_patterns())

    def flag(text: str, start: int, end: int) -> bool:
        doc = nlp(text)
        span = doc.char_span(start, end, label="T", alignment_mode="expand")
        doc.set_ents([span])
        return bool(negex(doc).ents[0]._.negex)

    return flag


def main() -> int:
    """Count, print, write the JSON."""
    figures, missing, packages = {}, {}, []
    for name, make in (("medconcept", lambda: ours), ("negspacy", negspacy)):
        try:
            flag = make()
        except ImportError as error:
            missing[name] = f"not installed ({error.name})"
            continue
        if name != "medconcept":
            packages.append(name)
        right = [flag(*marked(sentence)) == (said == "negated") for sentence, said in SENTENCES]
        figures[name] = {"right": sum(right), "of": len(right)}
        print(f"{name:12} {sum(right)} of {len(right)} negated or not as a reader says")
        for (sentence, said), good in zip(SENTENCES, right, strict=True):
            if not good:
                print(f"             {sentence} ({said or 'affirmed'})")
    for name, reason in missing.items():
        print(f"{name}: {reason}", file=sys.stderr)
    write("context", figures, {}, packages, missing=missing)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
