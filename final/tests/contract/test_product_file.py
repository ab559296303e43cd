"""A product file that breaks a rule is refused with file, line, key and reason; the bad files stand beside."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
FINAL = HERE.parents[1]


def check(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "product", str(folder), *arguments]
    return subprocess.run(command, cwd=FINAL, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("file", sorted(HERE.glob("valid/*.yaml")), ids=lambda file: file.stem)
def test_a_valid_file_is_accepted(file: Path, tmp_path: Path) -> None:
    (tmp_path / "product.yaml").write_bytes(file.read_bytes())
    done = check(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "features, contract " in done.stdout


@pytest.mark.parametrize("file", sorted(HERE.glob("invalid/*.yaml")), ids=lambda file: file.stem)
def test_an_invalid_file_is_refused_with_line_key_and_reason(file: Path, tmp_path: Path) -> None:
    """The first line of each file is `# expect: LINE: KEY: REASON`."""
    text = file.read_text()
    expected = text.splitlines()[0].removeprefix("# expect: ")
    (tmp_path / "product.yaml").write_text(text)
    done = check(tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == f"{tmp_path / 'product.yaml'}:{expected}\n"


def test_an_unknown_product_names_those_that_exist() -> None:
    done = check(Path("titanik"))
    assert done.returncode == 1
    assert "no such product file. Products here: " in done.stderr
    assert "titanic" in done.stderr


def test_the_schema_is_printed() -> None:
    done = check(Path("titanic"), "--schema")
    schema = json.loads(done.stdout)
    assert schema["properties"]["Pclass"]["enum"] == [1, 2, 3]
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == {"Pclass", "Name", "Sex", "SibSp", "Parch", "Ticket"}
    assert all(feature["description"] for feature in schema["properties"].values())


def test_products_of_the_index_are_the_folders_there_are() -> None:
    from ruamel.yaml import YAML

    index = YAML(typ="safe").load((FINAL / "products" / "index.yaml").read_text())["products"]
    assert sorted(index) == sorted(path.parent.name for path in FINAL.glob("products/*/product.yaml"))
