"""python -m medconcept: the command line."""

import sys

from medconcept.cli import main

sys.exit(main())
