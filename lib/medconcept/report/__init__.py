"""The HTML report of a lake: captions with their concepts, counts, versions, sources."""

from medconcept.report.write import REPORT, write_report

__all__ = ["REPORT", "write_report"]
