"""`python -m medconcept.provision [java] [jars] [native] [demo-data] [all] [--target DIR]`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from medconcept.errors import MedconceptError
from medconcept.provision.demo_data import ensure_demo_data
from medconcept.provision.demo_pictures import ensure_demo_pictures
from medconcept.provision.jars import ensure_jars
from medconcept.provision.java import ensure_java
from medconcept.provision.native import ensure_native
from medconcept.runtime.installation import build_folder

PARTS = ("java", "jars", "native", "demo-data")


def main(argv: Sequence[str] | None = None) -> int:
    """Fetch the requested parts; returns 0, or 1 after one line on standard error."""
    parser = argparse.ArgumentParser(
        prog="python -m medconcept.provision",
        description="Fetch what a fresh machine needs. Parts that are present are left as they are.",
        epilog="example: python -m medconcept.provision java jars",
    )
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)} or all (the default)")
    parser.add_argument(
        "--target",
        type=Path,
        metavar="DIR",
        help="folder for jars/ and demo/ (default: build/ of the checkout, else the user's cache folder)",
    )
    arguments = parser.parse_args(argv)
    # Checked here, because Python 3.11's argparse refuses an empty list where choices are given.
    unknown = [part for part in arguments.parts if part not in (*PARTS, "all")]
    if unknown:
        parser.error(f"no such part: {unknown[0]} (choose from {', '.join(PARTS)}, all)")
    parts = PARTS if not arguments.parts or "all" in arguments.parts else tuple(arguments.parts)
    try:
        target = arguments.target or build_folder()
        if "java" in parts:
            ensure_java()
        if "jars" in parts:
            ensure_jars(target / "jars")
        if "native" in parts:
            ensure_native()
        if "demo-data" in parts:
            ensure_demo_data(target / "demo")
            ensure_demo_pictures(target / "demo")
    except MedconceptError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
