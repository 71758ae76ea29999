"""Where in a ranking the answers end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# A gap is looked for where the likelihood is neither high nor low; in it, the largest wins.
_SURE, _UNLIKELY = 0.8, 0.3


def natural_gap(
    similarities: NDArray[np.float32], likelihoods: NDArray[np.float64], *, sure: float = _SURE
) -> int:
    """Return how many of the first matches are answers.

    Matches at least `sure` are answers, those that are unlikely are none; between the two the
    line is drawn at the largest fall of similarity.

    Parameters
    ----------
    similarities
        (n,), falling.
    likelihoods
        (n,), 0 to 1, falling: of each match being an answer.

    Examples
    --------
    >>> similarity = np.array([0.9, 0.88, 0.6, 0.58], np.float32)
    >>> natural_gap(similarity, np.array([0.9, 0.7, 0.6, 0.2]))
    2
    >>> natural_gap(similarity, np.array([0.2, 0.1, 0.1, 0.1]))
    0
    """
    first = int(np.count_nonzero(likelihoods >= sure))
    last = int(np.count_nonzero(likelihoods >= _UNLIKELY))
    if last == 0 or first >= last:
        return max(first, last)
    padded = np.append(similarities, similarities[-1])
    falls = padded[max(first, 1) - 1 : last] - padded[max(first, 1) : last + 1]
    return max(first, 1) + int(np.argmax(falls))
