"""The replay gate: a challenger that wins may not change more of the logged answers than is allowed."""

from pathlib import Path

from core.base.errors import TableError
from core.gates.champion import UNLOADABLE, contract_changes
from core.gates.gate import Gate, limited
from core.metrics.changes import changed_answers
from core.model.model import ProductModel
from core.spec.product import Product
from core.table.logged import latest_rows


def replay(challenger: Path, champion: Path, product: Product, root: Path) -> list[Gate]:
    """The verdict on two models, if the product limits it; `root` is the product's folder.

    A champion without logged rows gives no share, so that nothing passes: it has to answer rows first. One that cannot
    be loaded, or has another contract, cannot be compared: there is no verdict.
    """
    limit = product.gates.champion.replay
    if limit is None:
        return []
    try:
        old = ProductModel.load(champion)
    except UNLOADABLE:
        return []
    if contract_changes(old.contract, product.contract):
        return []
    folder = root / limit.log
    try:
        table = latest_rows(folder, champion.name, product.contract.features)
    except TableError as error:
        return [Gate("champion: replay", "no rows", f"<= {limit.changed:.3f}", False, str(error))]
    changed = changed_answers(old.scores(table), ProductModel.load(challenger).scores(table), product.target)
    detail = (
        f"{int(changed.sum()):,} of {len(changed):,} logged answers would change; where: bash final/replay.sh "
        f"{product.name} --model {challenger.name[:12]} --log {folder}"
    )
    return [limited("champion: replay", float(changed.mean()), None, limit.changed, detail)]
