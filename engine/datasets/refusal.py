"""Why a photo was not taken: for good, or for now."""

from __future__ import annotations


class RefusedError(Exception):
    """The photo cannot be taken, today or tomorrow; the message says why."""


class TryAgainError(Exception):
    """The photo could not be had just now.

    Parameters
    ----------
    reason
        Why, in words.
    seconds
        How long the server asked to be left alone; 0 when it did not say.
    """

    def __init__(self, reason: str, seconds: float = 0.0) -> None:
        super().__init__(reason)
        self.seconds = seconds
