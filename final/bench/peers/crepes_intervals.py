"""crepes' intervals of absolute residuals: crepes_intervals.py INPUT.npz OUTPUT.npz ...

INPUT has `coverage`, `scores` (n,), `actual` (n,) and `test`, scores of other rows (m,); OUTPUT `intervals` (m, 2).
"""

import sys

import numpy as np
from crepes import ConformalRegressor

if __name__ == "__main__":
    for source, output in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        given = np.load(source)
        regressor = ConformalRegressor().fit(given["actual"] - given["scores"])
        np.savez(output, intervals=regressor.predict_int(given["test"], confidence=float(given["coverage"])))
