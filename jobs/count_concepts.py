"""spark-submit jobs/count_concepts.py --config FILE --lake PATH: the job `count_concepts`."""

import sys

from medconcept.cli import job_main

if __name__ == "__main__":
    sys.exit(job_main("count_concepts"))
