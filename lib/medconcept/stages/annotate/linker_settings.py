"""The linker's settings from a configuration, for the job and for linking without Spark; imports no Spark."""

from __future__ import annotations

from collections.abc import Callable

from medconcept.config import AnnotateConfig
from medconcept.dictionary.stop_concepts import FIGURE_WORDS, GENERAL
from medconcept.linking.types import LinkSettings


def general_names(annotate: AnnotateConfig) -> frozenset[str]:
    """The names of stop concepts, in lower case."""
    added, removed = ({name.casefold() for name in each} for each in (annotate.general, annotate.not_general))
    return (GENERAL | FIGURE_WORDS | added) - removed


def settings_with(annotate: AnnotateConfig, types_in: Callable[[tuple[str, ...]], set[str]]) -> LinkSettings:
    """The settings; `types_in` returns the semantic types that always occur in some of these groups.

    A concept of two types has the groups of both; a type is in a group if it always occurs with it.

    >>> settings_with(AnnotateConfig(semantic_groups=("DISO",)), lambda groups: {"disease"}).semantic_types
    frozenset({'disease'})
    """
    types = set(annotate.semantic_types)
    if annotate.semantic_groups:
        types |= types_in(annotate.semantic_groups)
    is_restricted = bool(annotate.semantic_types or annotate.semantic_groups)
    return LinkSettings(
        threshold=annotate.threshold,
        nested=annotate.nested,
        sources=frozenset(annotate.sources) or None,
        semantic_types=frozenset(types) if is_restricted else None,
        languages=frozenset(language.lower() for language in annotate.languages),
        context=annotate.negation,
    )
