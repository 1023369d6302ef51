"""spark-submit jobs/export_dataset.py --release NAME --format FORMAT --out DIR --lake PATH: the job "
"`export_dataset`."""

import sys

from medconcept.cli import job_main

if __name__ == "__main__":
    sys.exit(job_main("export_dataset"))
