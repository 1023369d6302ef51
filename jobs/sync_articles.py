"""spark-submit jobs/sync_articles.py --config FILE --lake PATH: the job `sync_articles`."""

import sys

from medconcept.cli import job_main

if __name__ == "__main__":
    sys.exit(job_main("sync_articles"))
