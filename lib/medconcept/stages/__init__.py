"""The stages in the order in which data moves; each is a job of the same name."""

from importlib import import_module

from medconcept.stages.runner import Report, Stage, run_stage

STAGES = (
    "sync_articles",
    "parse_articles",
    "build_dictionary",
    "annotate_captions",
    "assemble_triplets",
    "publish_release",
)


def stage(name: str) -> Stage:
    """The stage of that name; imports that one alone, so that one job does not pay for all."""
    found: Stage = import_module(f"medconcept.stages.{name}").STAGE
    return found


__all__ = ["STAGES", "Report", "Stage", "run_stage", "stage"]
