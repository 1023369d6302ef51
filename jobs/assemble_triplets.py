"""spark-submit jobs/assemble_triplets.py --config FILE --lake PATH: the job `assemble_triplets`."""

import sys

from medconcept.cli import job_main

if __name__ == "__main__":
    sys.exit(job_main("assemble_triplets"))
