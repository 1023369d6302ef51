"""spark-submit jobs/annotate_captions.py --config FILE --lake PATH: the job `annotate_captions`."""

import sys

from medconcept.cli import job_main

if __name__ == "__main__":
    sys.exit(job_main("annotate_captions"))
