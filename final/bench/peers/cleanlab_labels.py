"""cleanlab's likely wrong labels by confident learning: cleanlab_labels.py INPUT.npz OUTPUT.npz ...

INPUT has `target`, the number of the given class (n,), and `scores`, probabilities by models that did not see the row
(n, K); OUTPUT `places` of the rows, the least likely label first (m,), and `estimate`, how many labels are wrong.
"""

import sys

import numpy as np
from cleanlab.count import compute_confident_joint
from cleanlab.filter import find_label_issues

if __name__ == "__main__":
    for source, output in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        given = np.load(source)
        target, scores = given["target"], given["scores"]
        places = find_label_issues(
            target, scores, return_indices_ranked_by="normalized_margin", filter_by="confident_learning", n_jobs=1
        )
        joint = compute_confident_joint(target, scores, calibrate=True)
        np.savez(output, places=places, estimate=joint.sum() - np.trace(joint))
