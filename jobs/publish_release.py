"""spark-submit jobs/publish_release.py --config FILE --lake PATH: the job `publish_release`."""

import sys

from medconcept.cli import job_main

if __name__ == "__main__":
    sys.exit(job_main("publish_release"))
