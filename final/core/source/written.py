"""Which cells of the source data/raw.csv has in another form; the main job asks it at each start."""

from core.spec.columns import Date, Integer, Number
from core.spec.product import Product


def written_as(product: Product) -> dict[str, str]:
    """The columns whose cells are written anew for what they are declared to be: `number`, or `time` of a date."""
    forms = {}
    for name, feature in product.features.items():
        if isinstance(feature, Date) and feature.time:
            forms[name] = "time"
        elif isinstance(feature, Number | Integer):
            forms[name] = "number"
    if product.target.task == "regression":
        forms[product.target.name] = "number"
    return forms | ({product.weight: "number"} if product.weight else {})
