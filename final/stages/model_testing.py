"""Stage 5: the saved model on the hold-out; the model gates."""

import json
from typing import Annotated

import typer

from product import behaviour, console, gates, model_gates, table
from product.curves import curves
from product.digits import rounded
from product.effects import effects
from product.evaluation import evaluate
from product.files import write_json
from product.metrics import values
from product.model import ProductModel
from product.outcome import codes
from product.paths import Paths
from product.product_file import load
from product.training import linear_scores


def main(product: Annotated[str, typer.Argument(help="Name or folder of a product.")]) -> None:
    """Test model/ on data/split/holdout.csv; writes reports/metrics.json, and curves.json for the plots."""
    paths = Paths.of(product)
    with console.stage("model_testing") as remarks:
        declared = load(product)
        model = ProductModel.load(paths.model)
        holdout, _ = table.read(paths.part("holdout"), declared)
        target = codes(holdout[declared.target.name], declared.target)
        scores = model.scores(holdout)
        figures = evaluate(holdout, target, scores, declared)
        rest = [table.read(paths.part(name), declared)[0] for name in ("train", "validation")]
        figures["linear"] = values(declared.target.task, target, linear_scores(rest, holdout, declared.contract))
        figures["behaviour"] = behaviour.measure(model, holdout, declared)
        if paths.found.exists():
            figures["search"] = json.loads(paths.found.read_bytes())
        write_json(rounded(figures), paths.metrics)
        drawn = {**curves(target, scores, declared.target), "effects": effects(model, holdout)}
        write_json(rounded(drawn), paths.figures("curves"))
        for name, part in figures["metrics"].items():
            remarks.append(f"{name} {part['value']:.3f} (95 % {part['low']:.3f} to {part['high']:.3f})")
        verdicts = model_gates.all_gates(figures, declared)
        gates.save(verdicts, paths.gates("model"))
    console.stop_at(verdicts)


if __name__ == "__main__":
    typer.run(main)
