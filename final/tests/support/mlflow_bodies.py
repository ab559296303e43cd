"""Bodies of MLflow's scoring protocol, right and wrong."""

import csv
import io
import json
from typing import Any

from tests.support.holdout_rows import Rows


def bodies(rows: Rows) -> dict[str, tuple[str, bytes]]:
    """Each form of MLflow's protocol, right and wrong."""
    names, cells = list(rows[0]), [list(row.values()) for row in rows]
    columns = {name: [row[name] for row in rows] for name in names}
    json_forms: dict[str, Any] = {
        "split": {"dataframe_split": {"columns": names, "data": cells}},
        "records": {"dataframe_records": rows},
        "instances": {"instances": rows},
        "inputs": {"inputs": columns},
        "two forms": {"instances": rows, "inputs": columns},
        "no form": {"rows": rows},
        "a list": rows,
        "a column is missing": {"dataframe_split": {"columns": names[1:], "data": [row[1:] for row in cells]}},
        "split without data": {"dataframe_split": {"columns": names}},
        "records that are none": {"dataframe_records": {"Age": 3}},
        "a text for a number": {"dataframe_records": [{**rows[0], "Age": "young"}]},
    }
    by_name = {name: ("application/json", json.dumps(body).encode()) for name, body in json_forms.items()}
    text = io.StringIO()
    table = csv.DictWriter(text, names)
    table.writeheader()
    table.writerows(rows)
    by_name["csv"] = ("text/csv", text.getvalue().encode())
    by_name["not JSON"] = ("application/json", b"{")
    by_name["another type"] = ("application/xml", b"<a/>")
    by_name["another charset"] = ("text/csv; charset=latin-1", b"a")
    return by_name
