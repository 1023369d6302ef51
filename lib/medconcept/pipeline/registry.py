"""The stages in the order in which data moves; each is a job of the same name."""

from __future__ import annotations

from importlib import import_module

from medconcept.stages.stage import Stage

# Each stage and the module that holds it, as its STAGE.
MODULES = {
    "sync_articles": "sync.sync_articles",
    "parse_articles": "parse_articles",
    "build_dictionary": "dictionary.build_dictionary",
    "annotate_captions": "annotate.annotate_captions",
    "resolve_images": "images.resolve_images",
    "assemble_triplets": "assemble_triplets",
    "publish_release": "publish_release",
    "count_concepts": "count_concepts",
    "group_images": "images.group_images",
}
ON_REQUEST = ("count_concepts", "group_images")  # `run` leaves these out
IN_ORDER = tuple(name for name in MODULES if name not in ON_REQUEST)


def stage(name: str) -> Stage:
    """Return the stage of that name; imports only its module, so that a job does not load all of them.

    >>> IN_ORDER[0], stage("publish_release").name
    ('sync_articles', 'publish_release')
    """
    registered: Stage = import_module(f"medconcept.stages.{MODULES[name]}").STAGE
    return registered
