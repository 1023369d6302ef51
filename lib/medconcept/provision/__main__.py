"""`python -m medconcept.provision [java] [jars] [native] [demo-data] [all] --target build`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from medconcept.provision.demo_data import ensure_demo_data
from medconcept.provision.errors import ProvisionError
from medconcept.provision.jars import ensure_jars
from medconcept.provision.java import ensure_java
from medconcept.provision.native import ensure_native

PARTS = ("java", "jars", "native", "demo-data")


def main(argv: Sequence[str] | None = None) -> int:
    """Provide what is asked for under the target folder; exit code 1 and one line where that fails."""
    parser = argparse.ArgumentParser(
        prog="python -m medconcept.provision",
        description="Fetch what a fresh machine needs. Parts that are there already are left as they are.",
        epilog="example: python -m medconcept.provision jars --target build",
    )
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)} or all (the default)")
    parser.add_argument("--target", type=Path, default=Path("build"), help="folder for jars/ and demo/")
    arguments = parser.parse_args(argv)
    # Checked here, because Python 3.11's argparse refuses an empty list where choices are given.
    unknown = [part for part in arguments.parts if part not in (*PARTS, "all")]
    if unknown:
        parser.error(f"no such part: {unknown[0]} (choose from {', '.join(PARTS)}, all)")
    parts = PARTS if not arguments.parts or "all" in arguments.parts else tuple(arguments.parts)
    try:
        if "java" in parts:
            ensure_java()
        if "jars" in parts:
            ensure_jars(arguments.target / "jars")
        if "native" in parts:
            ensure_native()
        if "demo-data" in parts:
            ensure_demo_data(arguments.target / "demo")
    except ProvisionError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
