"""Computes the chain's probabilities as `chain.c` does, compiled by numba."""

from __future__ import annotations

import numpy as np

from copydesk.classifier.arrays import Doubles
from tests.oracle.jit import jit

LEAST = 1e-6


def chain_probabilities(probabilities: Doubles, affinities: Doubles) -> Doubles:
    """Return the probabilities of each block's labels given those of all blocks, shape (n, n_labels); rows sum to 1.

    Args:
        probabilities: Shape (n, n_labels): of each block by itself.
        affinities: Shape (n_labels, n_labels): how much likelier one label is before another than by chance, above 0.
            Where all are 1, neighbours say nothing.
    """
    if not len(probabilities) or (affinities == 1.0).all():
        return probabilities
    return _forward_backward(np.maximum(probabilities, LEAST), affinities)


@jit
def _forward_backward(own: Doubles, affinities: Doubles) -> Doubles:
    n, n_labels = own.shape
    before, after, found = np.ones((n, n_labels)), np.ones((n, n_labels)), np.empty((n, n_labels))
    for step in range(1, n):
        _pass_on(before, own, step - 1, step, affinities)
        _pass_on(after, own, n - step, n - step - 1, affinities.T)
    for block in range(n):
        total = 0.0
        for label in range(n_labels):
            found[block, label] = own[block, label] * before[block, label] * after[block, label]
            total += found[block, label]
        for label in range(n_labels):
            found[block, label] /= total
    return found


@jit
def _pass_on(said: Doubles, own: Doubles, block: int, neighbour: int, affinities: Doubles) -> None:
    """Write to the neighbour's row of `said` what the blocks up to `block` say about its label; the row sums to 1."""
    total = 0.0
    for other in range(said.shape[1]):
        heard = 0.0
        for label in range(said.shape[1]):
            heard += said[block, label] * own[block, label] * affinities[label, other]
        said[neighbour, other] = heard
        total += heard
    for other in range(said.shape[1]):
        said[neighbour, other] /= total
