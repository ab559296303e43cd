"""The quality of a dataset, any dataset: each gate of the pipeline as a test whose failure says what to do."""

import pytest

from core.gates.gate import Gate, failed


@pytest.mark.parametrize("name", ["contract", "rows per class", "duplicates", "leakage"])
def test_the_dataset_passes(verdicts: dict[str, Gate], name: str) -> None:
    gate = verdicts.get(f"data: {name}")
    if gate is None:
        pytest.fail("not judged, because an earlier gate failed", pytrace=False)
    if findings := failed([gate]):
        pytest.fail("\n".join(findings), pytrace=False)
