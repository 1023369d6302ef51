"""`python -m medconcept.provision [java|jars|demo-data|all] --target build`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from medconcept.provision.demo_data import ensure_demo_data
from medconcept.provision.errors import ProvisionError
from medconcept.provision.jars import ensure_jars
from medconcept.provision.java import ensure_java

PARTS = ("java", "jars", "demo-data")


def main(argv: Sequence[str] | None = None) -> int:
    """Provide what is asked for under the target folder; exit code 1 and one line where that fails."""
    parser = argparse.ArgumentParser(
        prog="python -m medconcept.provision",
        description="Fetch what a fresh machine needs. Parts that are there already are left as they are.",
        epilog="example: python -m medconcept.provision jars --target build",
    )
    parser.add_argument("part", nargs="?", choices=(*PARTS, "all"), default="all")
    parser.add_argument("--target", type=Path, default=Path("build"), help="folder for jars/ and demo/")
    arguments = parser.parse_args(argv)
    parts = PARTS if arguments.part == "all" else (arguments.part,)
    try:
        if "java" in parts:
            ensure_java()
        if "jars" in parts:
            ensure_jars(arguments.target / "jars")
        if "demo-data" in parts:
            ensure_demo_data(arguments.target / "demo")
    except ProvisionError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
