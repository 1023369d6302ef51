"""CITATION.cff: how to cite the export and the work that it belongs to."""

from __future__ import annotations

import yaml

from medconcept.exports.facts import ExportFacts


def citation(facts: ExportFacts) -> str:
    """The file in the Citation File Format, version 1.2.0."""
    content = {
        "cff-version": "1.2.0",
        "type": "dataset",
        "title": f"MedConcept, release {facts.release.name}",
        "message": "If you use this data set, cite the article and name the release.",
        "version": facts.release.name,
        "date-released": facts.release.published,
        "authors": [{"name": "The medconcept authors"}],
        "identifiers": [
            {
                "type": "other",
                "value": facts.digest,
                "description": "digest of the release and of the options",
            }
        ],
        "preferred-citation": {
            "type": "article",
            "title": "An Explainable Biomedical Foundation Model via Large-Scale Concept-Enhanced "
            "Vision-Language Pre-training",
            "authors": [{"family-names": "Nie", "given-names": "Yuxiang"}, {"name": "and others"}],
            "journal": "arXiv preprint arXiv:2501.15579",
            "year": 2025,
            "url": "https://arxiv.org/abs/2501.15579",
        },
    }
    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    return text
