"""Stage 5: the saved model on the hold-out; the model gates."""

import json
from typing import Annotated

import typer

from core.base import terminal
from core.base.digits import rounded
from core.base.files import write_json
from core.base.paths import Paths
from core.gates import behaviour, gate
from core.gates.model import all_gates as model_gates
from core.gates.verdicts import stop_at
from core.metrics.classes import codes
from core.metrics.coverage import coverage
from core.metrics.curves import curves
from core.metrics.evaluate import beside_linear, evaluate
from core.metrics.metrics import values
from core.metrics.weak_slices import errs, weak_slices
from core.metrics.weights import row_weights, scaled
from core.model import decision
from core.model.baseline import linear_scores
from core.model.conformal import holds, sizes
from core.model.costs import megabytes, microseconds
from core.model.effects import effects
from core.model.model import ProductModel
from core.spec.yaml_file import load
from core.table import typed


def main(product: Annotated[str, typer.Argument(help="Name or folder of a product.")]) -> None:
    """Test model/ on data/split/holdout.csv; writes reports/metrics.json, and curves.json for the plots."""
    paths = Paths.of(product)
    with terminal.stage("model_testing") as remarks:
        declared = load(product)
        model = ProductModel.load(paths.model)
        holdout, _ = typed.read(paths.part("holdout"), declared)
        target = codes(holdout[declared.target.name], declared.target)
        weights = row_weights(holdout, declared.contract)
        columns = model.features(holdout)
        scores = model.scores_of(columns)
        figures = evaluate(holdout, target, scores, declared)
        rest = [typed.read(paths.part(name), declared)[0] for name in ("train", "validation")]
        linear = linear_scores(rest, holdout, declared.contract)
        figures["linear"] = values(declared.target.task, target, linear, weights)
        name = declared.metric
        trivial_and_linear = figures["baseline"][name], figures["linear"][name]
        figures["beside_linear"] = beside_linear(*trivial_and_linear, target, scores, linear, name, weights)
        wrong = errs(declared.target.task, target, scores)
        figures["weak"] = weak_slices(holdout, declared.contract.features, wrong)
        if (promise := model.guarantee) is not None:
            limits = promise.limits(columns, scores)
            held = holds(declared.target, target, scores, limits)
            groups = {
                name: columns[name] if name in promise.groups else holdout[name]
                for name in declared.gates.slices.columns
                if name in holdout
            }
            calibrated = {
                name: {value: limit.rows for value, limit in values.items()} for name, values in promise.groups.items()
            }
            figures["coverage"] = coverage(
                promise.coverage, promise.rows, held, sizes(declared.target, scores, limits), groups, calibrated
            )
        if (rule := model.rule) is not None and declared.decision is not None:
            figures["decision"] = decision.figures(rule, declared.decision.costs, target, scores, weights)
        figures["behaviour"] = behaviour.measure(model, holdout, declared)
        if paths.search.exists():
            figures["search"] = json.loads(paths.search.read_bytes())
        write_json(rounded(figures), paths.metrics)
        drawn = {**curves(target, scores, declared.target, scaled(weights)), "effects": effects(model, holdout)}
        write_json(rounded(drawn), paths.figures("curves"))
        for metric, part in figures["metrics"].items():
            remarks.append(f"{metric} {part['value']:.3f} (95 % {part['low']:.3f} to {part['high']:.3f})")
        spent = {"megabytes": megabytes(paths.model)}
        if declared.gates.budget.microseconds is not None:
            spent["microseconds"] = microseconds(model, holdout)
        verdicts = model_gates(figures | spent, declared)
        gate.save(verdicts, paths.gates("model"))
    stop_at(verdicts)


if __name__ == "__main__":
    typer.run(main)
