"""Gates on the table: contract, rows per class, duplicates, leakage; the table is an argument, so they serve any."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from product.declaration import Product
from product.features import FeatureMaker
from product.gates import Gate
from product.outcome import codes
from product.table import Finding
from product.validation import check


def contract(findings: Iterable[Finding]) -> Gate:
    broken = list(findings)
    return Gate("data: contract", f"{len(broken)} breaches", "none", not broken, "\n  ".join(["", *map(str, broken)]))


def rows_per_class(table: pd.DataFrame, product: Product) -> Gate:
    """Every class of the target has enough rows to learn and to test on."""
    counts = table[product.target.name].value_counts()
    each = {str(value): int(counts.get(str(value), 0)) for value in product.target.values}
    least, wanted = min(each, key=lambda v: each[v]), product.gates.data.min_rows_per_class
    detail = f"{product.target.name}={least} is rare: get more rows of it, or lower gates.data.min_rows_per_class"
    return Gate("data: rows per class", str(each[least]), f">= {wanted}", each[least] >= wanted, detail)


def duplicates(table: pd.DataFrame, product: Product) -> Gate:
    """Pairs of rows equal in all but the id, beyond what chance explains.

    In a narrow table people share class, sex and age by chance; in a wide one nobody does. So the pairs found are
    compared with those expected of independent columns, n(n-1)/2 x prod_c sum_v p_cv^2, times 10 for the dependence
    between columns that the product ignores.
    """
    columns = [name for name in table if name != product.id]
    codes = table[columns].apply(lambda column: pd.factorize(column, use_na_sentinel=False)[0])
    sizes = codes.groupby(columns, sort=False).size().to_numpy()
    found = int((sizes * (sizes - 1) // 2).sum())
    n = len(table)
    same = np.prod([(codes[c].value_counts() / n).pow(2).sum() for c in columns]) if n else 0.0
    allowed = int(10 * same * n * (n - 1) / 2) + product.gates.data.unexplained_duplicates
    again = codes.index[codes.duplicated(keep="first")]
    lines = ", ".join(str(row + 2) for row in again[:5])
    detail = (
        f"Lines {lines} of the file stand there twice; remove them, or they come to stand on both sides of the split"
    )
    return Gate(
        "data: duplicates",
        f"{found} pairs",
        f"<= {allowed}",
        found <= allowed,
        detail if found > allowed else "",
    )


def leakage(table: pd.DataFrame, product: Product) -> Gate:
    """No feature alone predicts the target too well: that is a copy of the answer, known only afterwards.

    Each column goes alone through a small decision tree, scored by ROC AUC on folds it was not grown on; categories
    enter by their share of positives on the other folds, so that unique names do not look like answers.
    """
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold
    from sklearn.tree import DecisionTreeClassifier

    target = codes(table[product.target.name], product.target)
    declared: dict[str, list[Any]] = {name: list(table[name]) for name in product.contract.features}
    candidates = declared | dict(FeatureMaker(product.contract)(declared))  # declared first: they win a tie
    limit = product.gates.data.leakage
    folds = list(StratifiedKFold(3, shuffle=True, random_state=0).split(target, target))
    worst, worst_auc = "none", 0.0
    for name, values in candidates.items():
        column = pd.Series(values)
        numeric = pd.api.types.is_numeric_dtype(column)
        scores = np.zeros(len(target))
        for inside, outside in folds:
            if numeric:
                encoded = column.fillna(-1e30)
            else:
                rates = pd.Series(target[inside]).groupby(column.iloc[inside].to_numpy()).mean()
                encoded = column.map(rates).fillna(target[inside].mean())
            tree = DecisionTreeClassifier(max_leaf_nodes=16, min_samples_leaf=5, random_state=0)
            tree.fit(encoded.iloc[inside].to_frame(), target[inside])
            scores[outside] = tree.predict_proba(encoded.iloc[outside].to_frame())[:, 1]
        auc = float(roc_auc_score(target, scores))
        if auc > worst_auc:
            worst, worst_auc = name, auc
    detail = f"{worst} alone tells the target, so it is a copy of it or known only afterwards: move it to ignore"
    return Gate(
        "data: leakage",
        f"{worst} {worst_auc:.3f}",
        f"< {limit:.3f}",
        worst_auc < limit,
        detail if worst_auc >= limit else "",
    )


def all_gates(table: pd.DataFrame, findings: list[Finding], product: Product) -> list[Gate]:
    """Every data gate, the cheap ones first; where the contract is broken the others would only guess."""
    first = contract([*findings, *check(table, product)])
    if not first.passed:
        return [first]
    if product.target.task == "regression":
        return [first, duplicates(table, product)]
    gates = [first, rows_per_class(table, product)]
    if not gates[-1].passed:
        return gates
    if product.target.task == "multiclass":
        return [*gates, duplicates(table, product)]
    return [*gates, duplicates(table, product), leakage(table, product)]
