"""Standard output reserved for JSON."""

from __future__ import annotations

import os
import sys


class StdoutToStderr:
    """Redirect other output, the JVM's too, to standard error: with --json standard output is JSON only."""

    def __enter__(self) -> None:
        """Point standard output at standard error, for children too."""
        sys.stdout.flush()
        self._saved = os.dup(1)
        os.dup2(2, 1)

    def __exit__(self, *_: object) -> None:
        """Restore standard output."""
        sys.stdout.flush()
        os.dup2(self._saved, 1)
        os.close(self._saved)
