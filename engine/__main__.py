"""`python -m engine …`: every job of Kindred without a browser (see `engine.shell`)."""

from __future__ import annotations

import sys

from engine.config import keep_files_private
from engine.shell import main

if __name__ == "__main__":
    keep_files_private()
    sys.exit(main(sys.argv[1:]))
