"""spark-submit jobs/reconstruct.py --metadata DIR --out DIR --lake PATH: the job `reconstruct`."""

import sys

from medconcept.cli import job_main

if __name__ == "__main__":
    sys.exit(job_main("reconstruct"))
