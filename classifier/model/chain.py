"""Lets neighbouring blocks have a say in each other's labels, which come in runs.

The blocks of a page are a chain whose probabilities the forward-backward algorithm gives exactly (Rabiner 1989).
"""

from __future__ import annotations

import numpy as np

from copydesk.classifier.arrays import Doubles
from copydesk.classifier.compiled import jit

LEAST = 1e-6
"""Least probability of a label before its neighbours are asked, so that no block forbids a label."""


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
    before, after = np.ones((n, n_labels)), np.ones((n, n_labels))
    for step in range(1, n):
        _pass_on(before[step - 1] * own[step - 1], affinities, before[step])
        _pass_on(after[n - step] * own[n - step], affinities.T, after[n - step - 1])
    found = own * before * after
    for block in range(n):
        found[block] /= found[block].sum()
    return found


@jit
def _pass_on(said: Doubles, affinities: Doubles, heard: Doubles) -> None:
    """Write to `heard` what a block's label probabilities, up to a factor, say about its neighbour's; they sum to 1."""
    for other in range(len(heard)):
        heard[other] = (said * affinities[:, other]).sum()
    heard /= heard.sum()
