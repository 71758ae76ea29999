"""``python -m engine.jobs HOME``: the runner, started by whoever adds a job."""

import sys
from pathlib import Path

from engine.config import keep_files_private
from engine.jobs.runner import run_jobs

if __name__ == "__main__":
    keep_files_private()
    run_jobs(Path(sys.argv[1]))
