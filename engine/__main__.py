"""`python -m engine …`: every job of Kindred without a browser (see `engine.shell`)."""

from __future__ import annotations

import sys

from engine.shell import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
