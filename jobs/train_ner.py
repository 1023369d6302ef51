"""spark-submit jobs/train_ner.py --gold FILE --format F --out DIR: the job `train_ner`."""

import sys

from medconcept.cli import job_main

if __name__ == "__main__":
    sys.exit(job_main("train_ner"))
