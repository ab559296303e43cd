"""Registry and promotion log on small files: models by content, one champion, a log that shows any change."""

from pathlib import Path

import pytest

from core.registry.log import LogError
from core.registry.registry import Registry, RegistryError


def model(registry: Registry, text: str) -> str:
    """Put a model of one file in; its hash."""
    files = registry.folder.parent / f"files {text}"
    files.mkdir(exist_ok=True)
    (files / "model").write_text(text)
    return registry.add(files)


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "registry")


@pytest.fixture
def served(registry: Registry) -> list[str]:
    """Three models, promoted one after the other."""
    models = [model(registry, text) for text in ("one", "two", "three")]
    for each in models:
        registry.promote(each, "test")
    return models


def test_the_same_bytes_are_the_same_model(registry: Registry) -> None:
    first, second, again = model(registry, "one"), model(registry, "two"), model(registry, "one")
    assert first == again != second
    assert registry.known() == sorted([first, second])
    assert registry.champion() is None


def test_rollback_goes_back_one_by_one_and_no_further(registry: Registry, served: list[str]) -> None:
    assert registry.rollback("worse") == served[1] == registry.champion()
    assert registry.rollback("worse") == served[0] == registry.champion()
    with pytest.raises(RegistryError, match="no earlier champion"):
        registry.rollback("worse")
    taken = registry.log.withdrawn(served[2])
    assert taken is not None
    assert taken["why"] == "worse"
    assert registry.log.withdrawn(served[0]) is None


def test_rollback_to_a_named_model_brings_it_back(registry: Registry, served: list[str]) -> None:
    registry.rollback("worse")
    assert registry.rollback("it was not", served[2][:10]) == served[2] == registry.confirmed_champion()
    assert registry.log.withdrawn(served[2]) is None
    with pytest.raises(RegistryError, match="is the champion already"):
        registry.rollback("again", served[2])


def test_a_model_whose_bytes_changed_is_neither_promoted_nor_returned_to(registry: Registry, served: list[str]) -> None:
    (registry.models / served[1] / "model").write_text("another")
    with pytest.raises(RegistryError, match="was changed after it was promoted"):
        registry.rollback("worse")
    with pytest.raises(RegistryError, match="was changed after it was promoted"):
        registry.promote(served[1], "test")
    assert registry.confirmed_champion() == served[2]


def test_a_champion_that_the_log_does_not_know_is_none(registry: Registry, served: list[str]) -> None:
    registry.champion_file.write_text(f'{{"model": "{served[0]}"}}')
    with pytest.raises(RegistryError, match="edited by hand"):
        registry.confirmed_champion()


@pytest.mark.parametrize("change", ["edit", "remove", "insert"])
def test_a_changed_log_shows_and_takes_no_more_entries(registry: Registry, served: list[str], change: str) -> None:
    lines = registry.log.path.read_text().splitlines()
    changed = {
        "edit": [lines[0].replace("test", "best"), *lines[1:]],
        "remove": lines[1:],
        "insert": [lines[0], *lines],
    }[change]
    registry.log.path.write_text("\n".join(changed) + "\n")
    with pytest.raises(LogError, match="the log was changed"):
        registry.log.entries()
    with pytest.raises(LogError, match="the log was changed"):
        registry.promote(served[0], "test")
    assert registry.champion() == served[2]
