"""A source's command goes to the shell as it is written; only {output} and {feature_set} are filled in."""

import shlex
from pathlib import Path

import pytest
from pydantic import ValidationError

from core.source.origin import command
from core.spec.source import Source
from tests.support.small_products import declared


@pytest.mark.parametrize(
    "line",
    [
        "awk '{print $2}' ${HOME}/{{x}} > {output}",
        "x=${output:-2}; { echo {1,2} '{}' '{0}' '{a.b}' %s \\{; } > {output}",
        "make --out={output}",
    ],
)
def test_braces_are_the_shells(line: str) -> None:
    output = Path("/a file; of $HOME")
    filled = command(declared(source={"command": line}), output)
    assert filled == line.replace("{output}", shlex.quote(str(output)))


def test_the_feature_set_is_filled_in() -> None:
    product = declared(
        source={"command": "make {feature_set} {output}"}, feature_set="few", feature_sets={"few": ["size", "shape"]}
    )
    assert command(product, Path("out.csv")) == "make few out.csv"


@pytest.mark.parametrize("line", ["make table", "make ${output}", "make { output }"])
def test_a_command_names_its_output(line: str) -> None:
    with pytest.raises(ValidationError, match=r"command must name \{output\}"):
        Source(command=line)
