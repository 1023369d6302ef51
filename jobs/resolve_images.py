"""spark-submit jobs/resolve_images.py --config FILE --lake PATH: the job `resolve_images`."""

import sys

from medconcept.cli import job_main

if __name__ == "__main__":
    sys.exit(job_main("resolve_images"))
