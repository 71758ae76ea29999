"""Many dimensions drawn in two, and how far the drawing may be believed.

    neighbours.py   the nearest rows of each row: exact while that is cheap, a graph above
    projector.py    t-SNE and PCA: rows to points, the same ones for the same seed
    placement.py    new rows on a finished map
    trust.py        what the map kept of the true neighbourhoods
    clusters.py     groups of rows that lie together

The only door to openTSNE and scikit-learn.

Not inside: what a row is, where a map is kept (`engine.maps`).
"""

from engine.projection.clusters import cluster_rows
from engine.projection.neighbours import Neighbours, nearest_neighbours
from engine.projection.placement import Placer
from engine.projection.projector import MIN_TSNE_ROWS, fit_pca, fit_tsne
from engine.projection.trust import kept_neighbours, kept_of_placed, trustworthiness

__all__ = [
    "MIN_TSNE_ROWS",
    "Neighbours",
    "Placer",
    "cluster_rows",
    "fit_pca",
    "fit_tsne",
    "kept_neighbours",
    "kept_of_placed",
    "nearest_neighbours",
    "trustworthiness",
]
