"""spark-submit jobs/run.py --config FILE --lake PATH: all jobs in their order, in one session."""

import sys

from medconcept.cli import job_main

if __name__ == "__main__":
    sys.exit(job_main("run"))
