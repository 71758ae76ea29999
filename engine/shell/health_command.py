"""`health`: is everything that a home needs as it should be, for people and for monitors."""

from __future__ import annotations

from engine.shell.commands import Outcome, command
from engine.shell.table import Table


@command("health")
def health() -> Outcome:
    """Look at the home, the disk, collections, models, jobs and memory."""
    from engine.health import check_health

    checks = check_health()
    is_well = all(check.is_well for check in checks)
    record = {check.name: {"well": check.is_well, **check.figures} for check in checks}
    rows = [(check.name, "well" if check.is_well else "ILL", check.told) for check in checks]
    return Outcome({"well": is_well, **record}, [Table(rows, "<<<")], exit_code=0 if is_well else 1)
