"""Which clips lie near each other, and how many of them lie in a plane. Numpy only; the server answers from it."""

import numpy as np
from numpy.typing import NDArray

_ROWS = 512  # distances to so many clips at once: 20 MB for 10,000 clips


def nearest(vectors: NDArray[np.float32], n: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The nearest other vectors of each, nearest first.

    Args:
        vectors: float32, shape (n_vectors, n_dimensions).
        n: how many neighbours; fewer where there are not so many others.
    Returns:
        Indices, shape (n_vectors, n), and distances, root mean square over the dimensions.
    """
    n = max(0, min(n, len(vectors) - 1))
    indices, distances = np.zeros((len(vectors), n), np.int64), np.zeros((len(vectors), n), np.float32)
    if n == 0:
        return indices, distances
    squares = (vectors**2).sum(axis=1)
    for start in range(0, len(vectors), _ROWS):
        rows = slice(start, start + _ROWS)
        apart = squares[None, :] - 2 * vectors[rows] @ vectors.T
        apart[np.arange(len(apart)), np.arange(start, start + len(apart))] = np.inf
        found = np.argpartition(apart, n - 1, axis=1)[:, :n]
        # Exactly, for these few: the difference of large squares is coarse where two vectors are all but the same.
        exact = np.sqrt(((vectors[found] - vectors[rows, None]) ** 2).mean(axis=2))
        order = np.argsort(exact, axis=1, kind="stable")
        indices[rows] = np.take_along_axis(found, order, 1)
        distances[rows] = np.take_along_axis(exact, order, 1)
    return indices, distances


def principal_components(vectors: NDArray[np.float32], n: int) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """The directions in which vectors differ most.

    Args:
        vectors: float32, shape (n_vectors, n_dimensions).
        n: how many directions; fewer where there are not so many dimensions.
    Returns:
        Coordinates, float32, shape (n_vectors, n), and each direction's share of the whole variance. A direction points to where
        its largest weight is positive, so that the same vectors always give the same picture.
    """
    if len(vectors) < 2:
        return np.zeros((len(vectors), n), np.float32), np.zeros(n)
    centred = vectors - vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    variances, directions = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    variances, directions = np.maximum(variances[::-1][:n], 0), directions[:, ::-1][:, :n]
    directions = directions * np.where(directions[np.abs(directions).argmax(axis=0), np.arange(directions.shape[1])] < 0, -1, 1)
    whole = float((centred**2).sum()) or 1.0
    return centred @ directions.astype(np.float32), variances / whole
