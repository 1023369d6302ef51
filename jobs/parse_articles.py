"""spark-submit jobs/parse_articles.py --config FILE --lake PATH: the job `parse_articles`."""

import sys

from medconcept.cli import job_main

if __name__ == "__main__":
    sys.exit(job_main("parse_articles"))
