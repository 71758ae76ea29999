"""Poses: how a product lies in its picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo.drawing.outline import Points


@dataclass(frozen=True)
class Pose:
    """Turned, scaled, moved, and a little askew, as nothing real is straight.

    Parameters
    ----------
    turn
        In radians, clockwise.
    scale
        1 for as large as drawn.
    shift
        To the right and downwards, in picture units.
    askew
        How far columns sway and at which phase, then the same of rows.
    facing
        -1 for the mirror image.
    """

    turn: float = 0.0
    scale: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    askew: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    facing: float = 1.0

    @classmethod
    def at_random(
        cls, rng: np.random.Generator, *, turn: float, zoom: float, may_face_left: bool
    ) -> Pose:
        """Draw a pose turned by at most `turn` and about `zoom` times as large as drawn."""
        bend = rng.normal(0.0, 0.012, 2)
        phase = rng.uniform(0.0, 2 * np.pi, 2)
        return cls(
            turn=float(np.clip(rng.normal(0.0, turn / 2), -turn, turn)),
            scale=float(zoom * rng.uniform(0.90, 1.04)),
            shift=(float(rng.normal(0.0, 0.02)), float(rng.normal(0.0, 0.015))),
            askew=(float(bend[0]), float(phase[0]), float(bend[1]), float(phase[1])),
            facing=-1.0 if may_face_left and rng.random() < 0.2 else 1.0,
        )

    def place(self, points: Points) -> Points:
        """Return where the points of the pattern sheet lie in the picture: (n_points, 2)."""
        bend_x, phase_x, bend_y, phase_y = self.askew
        x = points[:, 0] + bend_x * np.sin(3.1 * points[:, 1] + phase_x)
        y = points[:, 1] + bend_y * np.sin(2.7 * points[:, 0] + phase_y)
        x = x * self.facing
        cos, sin = np.cos(self.turn) * self.scale, np.sin(self.turn) * self.scale
        return np.stack([cos * x - sin * y + self.shift[0], sin * x + cos * y + self.shift[1]], 1)

    def sheet(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the way back: where the picture's points lay on the sheet, sway left aside.

        >>> pose = Pose(turn=0.3, scale=0.9, shift=(0.1, -0.2), facing=-1.0)
        >>> x, y = pose.sheet(*pose.place(np.array([(0.5, 0.25)])).T)
        >>> round(float(x[0]), 6), round(float(y[0]), 6)
        (0.5, 0.25)
        """
        cos, sin = np.cos(self.turn) / self.scale, np.sin(self.turn) / self.scale
        x, y = x - self.shift[0], y - self.shift[1]
        return (cos * x + sin * y) * self.facing, cos * y - sin * x
