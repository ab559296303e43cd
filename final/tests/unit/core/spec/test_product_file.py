"""A product file that breaks a rule is refused with file, line, key and reason; the bad files stand beside."""

from pathlib import Path

import pytest

from core.base.paths import FINAL, NoProductError, folder
from core.spec.request import json_schema
from core.spec.yaml_file import ProductError, load, parse

HERE = Path(__file__).resolve().parent


@pytest.mark.parametrize("file", sorted(HERE.glob("valid/*.yaml")), ids=lambda file: file.stem)
def test_a_valid_file_is_accepted(file: Path, tmp_path: Path) -> None:
    (tmp_path / "product.yaml").write_bytes(file.read_bytes())
    assert load(str(tmp_path)).features


@pytest.mark.parametrize("file", sorted(HERE.glob("invalid/*.yaml")), ids=lambda file: file.stem)
def test_an_invalid_file_is_refused_with_line_key_and_reason(file: Path, tmp_path: Path) -> None:
    """The first line of each file is `# expect: LINE: KEY: REASON`."""
    text = file.read_text()
    expected = text.splitlines()[0].removeprefix("# expect: ")
    (tmp_path / "product.yaml").write_text(text)
    with pytest.raises(ProductError) as error:
        load(str(tmp_path))
    assert str(error.value) == f"{tmp_path / 'product.yaml'}:{expected}"


def test_an_unknown_product_names_those_that_exist() -> None:
    with pytest.raises(NoProductError, match=r"^'titanik': no such product; products here: .*titanic"):
        load("titanik")


@pytest.mark.parametrize(
    "name", ["", "..", "../tests", "../../etc", "products/titanic", "/nowhere", "a" * 300, "nul\0"]
)
def test_a_name_never_leads_out_of_the_products(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NoProductError, match=r"no such product; products here: .*titanic"):
        folder(name)


def test_a_product_is_named_by_its_folder_too() -> None:
    assert folder(str(FINAL / "products" / "titanic")) == folder("titanic") == FINAL / "products" / "titanic"


def test_the_schema_of_a_row_follows_the_contract() -> None:
    titanic = load("titanic")
    schema = json_schema(titanic.contract, titanic.title, titanic.description)
    assert schema["properties"]["Pclass"]["enum"] == [1, 2, 3]
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == {"Pclass", "Name", "Sex", "SibSp", "Parch", "Ticket"}
    assert all(feature["description"] for feature in schema["properties"].values())


def test_products_of_the_index_are_the_folders_there_are() -> None:
    from ruamel.yaml import YAML

    index = YAML(typ="safe").load((FINAL / "products" / "index.yaml").read_text())["products"]
    assert sorted(index) == sorted(path.parent.name for path in FINAL.glob("products/*/product.yaml"))


def nested(levels: int) -> str:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels))]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (nested(40), "its aliases .* repeat too much"),
        ("a: &a [*a]", "unknown key"),
        ("[" * 500, "is nested too deeply"),
        ("a: 2024-02-31", "not valid YAML"),
        ("a: " + "9" * 5000, "not valid YAML"),
        ("a: \x07", "not valid YAML"),
        ("a: !!python/object/apply:os.system [id]", "unknown key"),
    ],
    ids=lambda value: value[:20],
)
def test_a_file_that_is_a_trap_is_refused_at_once(text: str, reason: str) -> None:
    with pytest.raises(ProductError, match=reason):
        parse(text, Path("product.yaml"))


def test_aliases_are_taken(tmp_path: Path) -> None:
    text = (HERE / "valid" / "small.yaml").read_text()
    aliased = text.replace("min: 0", "min: &zero 0").replace("floor: 0.5", "floor: *zero")
    assert parse(aliased, tmp_path).gates.floor == 0
