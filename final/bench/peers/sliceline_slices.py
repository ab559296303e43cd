"""SliceLine's groups of the largest errors: sliceline_slices.py INPUT.npz OUTPUT.npz ...

INPUT has `table`, the number of each row's condition on each column (n, columns), `errors` (n,), and `fewest`, rows of
a group; OUTPUT `slices`, conditions of each group or -1 where a column has none (k, columns), the best first.
"""

import sys

import numpy as np
from sliceline.slicefinder import Slicefinder

if __name__ == "__main__":
    for source, output in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        given = np.load(source)
        finder = Slicefinder(alpha=0.95, k=5, max_l=2, min_sup=int(given["fewest"]), verbose=False)
        finder.fit(given["table"], given["errors"])
        slices = [[-1 if part is None else part for part in group] for group in finder.top_slices_]
        np.savez(output, slices=np.array(slices, dtype=int))
