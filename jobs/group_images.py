"""spark-submit jobs/group_images.py --config FILE --lake PATH: the job `group_images`."""

import sys

from medconcept.cli import job_main

if __name__ == "__main__":
    sys.exit(job_main("group_images"))
