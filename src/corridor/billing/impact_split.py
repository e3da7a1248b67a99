"""The split of a change of payment by cause: exact, in no order, and to the cent.

A payment is a sum over components (work, practice expense, malpractice; or the whole amount where a line
has no relative values), and each component is a product of factors:

    amount = sum over c of   conversion factor's parts x RVU of c x GPCI of c x policy of c x units

Going from one scenario to the other, each factor moves from its value before to its value after. The part
of a factor is its Shapley value: the change it makes, averaged over all orders in which the factors could
have been changed. For a product of factors x_1 .. x_n it is, by the multilinear extension of the game,

    part of i  =  integral over t from 0 to 1 of  (after_i - before_i) x product over j <> i of x_j(t),
    x_j(t)     =  before_j + t (after_j - before_j)

a polynomial in t of degree n - 1, which Gauss-Legendre quadrature with n / 2 nodes (rounded up) integrates
without error. The parts of a component sum to its change, so the parts of a payment sum to the change of
the payment; a factor that did not move has part 0; two causes of equal effect get equal parts.

What is split is not a line but a cell of equal lines: the parts are linear in the pair (policy before x
units, policy after x units), so the split of a sum of lines is the sum of the splits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Cents = npt.NDArray[np.int64]


def product_parts(before: Sequence[Array], after: Sequence[Array]) -> list[Array]:
    """The Shapley value of each factor in the change of their product.

    ``before`` and ``after`` hold one array of equal shape for each factor, in any unit. Returns arrays of
    the same shape, in the unit of the product, which sum over factors to product(after) - product(before).
    """
    nodes, weights = np.polynomial.legendre.leggauss((len(before) + 1) // 2)
    parts = [np.zeros(np.shape(first), dtype=float) for first in before]
    for node, weight in zip((nodes + 1) / 2, weights / 2):
        along = [start + node * (end - start) for start, end in zip(before, after)]
        others = _products_of_others(along)
        for place, part in enumerate(parts):
            part += weight * (after[place] - before[place]) * others[place]
    return parts


def _products_of_others(factors: Sequence[Array]) -> list[Array]:
    """For each factor the product of all others, without a division (a factor may be 0)."""
    heads = [np.ones_like(factors[0])]
    for factor in factors[:-1]:
        heads.append(heads[-1] * factor)
    tail = np.ones_like(factors[0])
    products = []
    for place in range(len(factors) - 1, -1, -1):
        products.append(heads[place] * tail)
        tail = tail * factors[place]
    return products[::-1]


def in_cents(parts: Mapping[str, Array], total: Cents) -> dict[str, Cents]:
    """Parts in whole cents that sum to the total, by the largest remainder.

    parts  name -> dollars, an array a cell; total: cents, an array a cell
    Each part is cut down to whole cents; the cents still missing go, one each, to the parts with the
    largest remainders (the earlier name where two are equal). No part is off by a cent or more, as long as
    the given parts sum to the total within rounding.
    """
    names = list(parts)
    exact = np.stack([np.asarray(parts[name], dtype=float) * 100 for name in names])
    # What floating point lost, spread over the largest part, so that remainders sum to whole cents.
    largest = np.argmax(np.abs(exact), axis=0)
    exact[largest, np.arange(exact.shape[1])] += total - exact.sum(axis=0)
    whole = np.floor(exact)
    missing = np.rint(total - whole.sum(axis=0)).astype(np.int64)
    rank = np.argsort(np.argsort(-(exact - whole), axis=0, kind="stable"), axis=0, kind="stable")
    rounded = whole.astype(np.int64) + (rank < missing)
    return {name: rounded[place] for place, name in enumerate(names)}
