"""Lines as ConceptCLIP's training reads them: `image`, `caption`, `umls_meta_info`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from medconcept.exports.token_spans import CaptionTokens, token_fields

_CUI = re.compile(r"C[0-9]{7}")
OF_TRIPLET = ("semantic_groups", "restriction_level", "confidence")
PERIPHERAL = "peripheral"  # the flag of concepts that the caption is not about


def concept_line(row: Mapping[str, Any], image: str, tokens: CaptionTokens | None = None) -> dict[str, Any]:
    """The record of a row, with the keys of the published sample; `image` is the path of its file.

    Of a caption's mentions those whose words stand together and that are central to it: the reader takes one
    span for a concept. `umls_cui` is null where the concept has no CUI; `concept_id` always has its id.
    `semantic_groups`, `restriction_level` and `confidence` are those of the triplet. With the tokens of the
    caption, concepts have theirs too, and `context_end` is where the context is full.
    """
    spans = [
        {
            "umls_cui": concept["concept_id"] if _CUI.fullmatch(concept["concept_id"]) else None,
            "concept_id": concept["concept_id"],
            "umls_similarity": concept["similarity"],
            "start_char": concept["spans"][0]["start"],
            "end_char": concept["spans"][0]["end"],
            **{name: concept[name] for name in OF_TRIPLET},
            **(token_fields(tokens, *_ends(concept)) if tokens else {}),
        }
        for concept in row["concepts"] or ()
        if len(concept["spans"]) == 1 and PERIPHERAL not in (concept["flags"] or ())
    ]
    return {
        "pmid": row["pmid"],
        "pmc": row["pmcid"].removeprefix("PMC") if row["pmcid"] else None,
        "fig_caption": row["caption"],
        "fig_id": row["figure_key"].partition("#")[2],
        "fig_label": row["label"],
        "graphic_ref": row["graphic_href"],
        "caption": row["caption"],
        "image": image,
        "umls_meta_info": spans,
        "triplet_key": row["triplet_key"],
        "licence_code": (row["rights"] or {}).get("licence_code"),
        "attribution": row["attribution"],
        **({"context_end": tokens.context_end} if tokens else {}),
    }


def minimised(line: Mapping[str, Any]) -> dict[str, Any]:
    """The three keys that the reader takes, with spans of characters.

    >>> minimised({"caption": "A heart", "image": "a.jpg", "pmid": "1",
    ...            "umls_meta_info": [{"start_char": 2, "end_char": 7, "umls_similarity": 1.0}]})
    {'caption': 'A heart', 'image': 'a.jpg', 'umls_meta_info': [[2, 7]]}
    """
    return {
        "caption": line["caption"],
        "image": line["image"],
        "umls_meta_info": [[span["start_char"], span["end_char"]] for span in line["umls_meta_info"]],
    }


def tokenised(line: Mapping[str, Any]) -> dict[str, Any]:
    """The same three keys with spans of tokens, as the loss takes them; without those past the context.

    >>> span = {"start_token": 1, "end_token": 3, "past_context": False}
    >>> tokenised({"caption": "A mammogram", "image": "a.jpg", "umls_meta_info": [span]})["umls_meta_info"]
    [[1, 3]]
    """
    spans = [
        [span["start_token"], span["end_token"]]
        for span in line["umls_meta_info"]
        if span["past_context"] is False
    ]
    return {"caption": line["caption"], "image": line["image"], "umls_meta_info": spans}


def _ends(concept: Mapping[str, Any]) -> tuple[int, int]:
    return concept["spans"][0]["start"], concept["spans"][0]["end"]
