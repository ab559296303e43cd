"""Tables that nobody would write by hand: each is drafted and judged, or refused by a sentence."""

import shutil
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.base.errors import UserError
from core.gates import data
from core.table import typed
from stages import data_creation
from tests.support.drafts import drafted

ODD = [
    *(
        "",
        " ",
        "nan",
        "NA",
        "-",
        "inf",
        "-inf",
        "1e400",
        "1e308",
        "-0",
        "007",
        "1_000",
        "1,5",
        "1.000,5",
        "3 kg",
        "50%",
    ),
    *(str(2**63), "9" * 400, "0001-01-01", "9999-12-31", "2020-02-30", "30.02.2020", "1/2/2020", "Feb 30 2020"),
    *(
        "2020-01-01T00:00:00Z",
        "yes",
        "TRUE",
        "True ",
        "null",
        "{output}",
        "a\x00b",
        "\x1b[31m",
        "\u2028",
        "\ufeff",
        "é",
    ),
    *("'", '"', '""', "a\nb", "a\r", "\t", ";", "|", "=1+1", "../x", "__class__", "[bold]", "day year", "size", "y"),
]
cells = st.one_of(st.sampled_from(ODD), st.text(max_size=5), st.floats().map(str), st.integers(0, 3).map(str))
names = st.lists(st.one_of(st.sampled_from([*ODD, "day", "id"]), st.text(max_size=4)), min_size=1, max_size=3)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A CSV of some columns made of few values each, and y; at times with bytes changed anywhere."""
    header = draw(names)
    choices = [draw(st.lists(cells, min_size=1, max_size=6)) for _ in header]
    answers = draw(st.sampled_from([["yes", "no"], ["a", "b", "c"], ["1", "2.5", "3", "4"], ODD]))
    delimiter, end = draw(st.sampled_from(",;\t|")), draw(st.sampled_from(["\n", "\r\n", "\r"]))
    random = draw(st.randoms(use_true_random=False))
    quoted = draw(st.booleans())

    def line(values: list[str]) -> str:
        return delimiter.join('"' + v.replace('"', '""') + '"' if quoted else v for v in values) + end

    rows = [line([*(random.choice(some) for some in choices), random.choice(answers)]) for _ in range(60)]
    content = (line([*header, "y"]) + "".join(rows)).encode(draw(st.sampled_from(["utf-8", "utf-16"])), "replace")
    for place in draw(st.lists(st.integers(0, len(content) - 1), max_size=3)):
        content = content[:place] + draw(st.binary(max_size=3)) + content[place + draw(st.integers(0, 2)) :]
    return content


@settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(files())
@example(b"")
@example(b"\n" * 60)
@example(b'"')
@example(b"a,y\n" + b"\x7fu,yes\nv\xe2\x80\xa8,no\n\xf0\x9f\x98\x80\x7f,yes\n" * 20)
@example(b",,y\n" + b"1,2,a\n3,4,b\n5,6,b\n" * 20)
def test_any_file_is_drafted_and_judged_or_refused(tmp_path: Path, content: bytes) -> None:
    shutil.rmtree(tmp_path / "products", ignore_errors=True)
    (tmp_path / "t.csv").write_bytes(content)
    folder = tmp_path / "products" / "t"
    try:
        product, _ = drafted(tmp_path / "t.csv", tmp_path / "products")
    except UserError:
        assert not folder.exists()
        return
    data_creation.fetch(product, folder, folder / "raw.csv")
    found, trouble = typed.read(folder / "raw.csv", product)
    assert trouble == []
    data.all_gates(found, trouble, product)
