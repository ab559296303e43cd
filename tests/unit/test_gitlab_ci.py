"""`.gitlab-ci.yml` has the stages and the lines of the two Jenkinsfiles."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
PIPELINE = YAML(typ="safe").load(ROOT / ".gitlab-ci.yml")
# Stages without a job of their own: Checks includes Lint, Model is Final, and each job has its artifacts.
WITHOUT_JOB = {"Jenkinsfile": {"Labs", "Final", "Archive"}, "final/Jenkinsfile": {"Lint", "Archive"}}


def lines_of(jenkinsfile: str) -> dict[str, str]:
    """The line of each stage that has steps; a stage of a Jenkinsfile has one."""
    text = (ROOT / jenkinsfile).read_text()
    stages = re.split(r"stage\('([^']+)'\)", text)[1:]
    bodies = zip(stages[::2], stages[1::2], strict=True)
    return {name: line[1] for name, body in bodies if (line := re.search(r"sh '(.*)'", body))}


@pytest.mark.parametrize("jenkinsfile", WITHOUT_JOB)
def test_each_stage_of_the_jenkinsfile_is_a_job_with_the_same_line(jenkinsfile: str) -> None:
    lines = {name: line for name, line in lines_of(jenkinsfile).items() if name not in WITHOUT_JOB[jenkinsfile]}
    assert lines
    assert {name: PIPELINE[name]["script"] for name in lines} == {name: [line] for name, line in lines.items()}


def test_production_is_rolled_back_by_the_line_of_the_jenkinsfile() -> None:
    [line] = PIPELINE["Roll back"]["script"]
    assert f"sh '{line}'" in (ROOT / "final/Jenkinsfile").read_text()
    assert PIPELINE["Roll back"]["rules"][0]["when"] == "on_failure"


def test_what_leaves_the_server_needs_all_checks() -> None:
    """`needs` overrides the order of stages, so each way out must name the checks, directly or through another job."""

    def needed(job: str) -> set[str]:
        direct = PIPELINE[job].get("needs", [])
        return {*direct, *(name for need in direct for name in needed(need))}

    for job in ("Push", "Push data", "Push image", "Deploy", "Production smoke"):
        assert "Checks" in needed(job)
    for job in ("Push data", "Push image", "Deploy"):
        assert {"Unit tests", "Data", "Data quality", "Model"} <= needed(job)
