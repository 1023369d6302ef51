"""spark-submit jobs/build_dictionary.py --config FILE --lake PATH: the job `build_dictionary`."""

import sys

from medconcept.cli import job_main

if __name__ == "__main__":
    sys.exit(job_main("build_dictionary"))
