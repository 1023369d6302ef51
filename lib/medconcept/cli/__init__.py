"""The command line: parsers, commands, output. Every job of `jobs/` is a command of the same name."""

from medconcept.cli.program import job_main, main, task_main

__all__ = ["job_main", "main", "task_main"]
