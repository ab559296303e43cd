"""Each Jenkinsfile, executed with scripts that only record their call: every stage runs, in its order, under its
conditions; a red one stops the rest, and no model is archived."""

import re
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.jenkinsfiles import ROOT, run_jenkinsfiles

pytestmark = pytest.mark.groovy

SCRIPT = """
while read -r file; do mkdir -p "$(dirname "$file")"; touch "$file"; done <made
for file in build/junit.xml build/unit_tests.xml build/data_quality.xml lab2/reports/junit.xml; do
  mkdir -p "$(dirname "$file")"
  echo '<testsuite tests="1"><testcase classname="a" name="b"/></testsuite>' >"$file"
done
call="$0${1:+ $*}${REGISTRY:+ $REGISTRY}"
call=${call//${BUILD_TAG:-none}/TAG}
echo "$call" >>calls
case "$*" in *" smoke" | *" push") echo an-image ;; esac
if [ "$call" = "$(cat red)" ]; then exit 1; fi
"""
LABS = [f"lab{n}/pipeline.sh" for n in (1, 2, 4, 5)]
CALLS = {
    "Jenkinsfile": [
        "test.sh --slow --junitxml=build/junit.xml R",
        *(f"{lab} R" for lab in LABS),
        "lab3/pipeline.sh",
        "final/pipeline.sh R",
        "lab3/pipeline.sh R",
    ],
    "lab2/Jenkinsfile": [
        f"lab2/jenkins/stage.sh {stage}"
        for stage in ("unit_tests", "data_collection", "data_preparation", "model_training", "model_testing")
    ],
    "final/Jenkinsfile": [
        "test.sh --checks R",
        "final/ci.sh unit_tests R",
        "final/ci.sh data titanic R",
        "final/ci.sh data_quality titanic R",
        "final/pipeline.sh titanic R",
        "final/deploy/build.sh titanic build R",
        "final/deploy/build.sh titanic smoke R",
        "final/deploy/build.sh titanic push R",
        "final/pipeline.sh titanic --push R",
        "final/deploy/deploy.sh titanic an-image --why TAG R",
        "final/deploy/smoke.sh U titanic R",
    ],
}
ROLLBACK = "final/deploy/deploy.sh titanic --rollback --why smoke failed in TAG R"
MAIN = ["--branch", "main", "--param", "REGISTRY=R"]
GIVEN = {
    "Jenkinsfile": MAIN,
    "lab2/Jenkinsfile": ["--branch", "main"],
    "final/Jenkinsfile": [*MAIN, "--param", "DVC_REMOTE_URL=D", "--param", "PRODUCTION_URL=U"],
}
CHAMPION = "final/products/titanic/registry/champion.json"
REPORTS = {"final/products/titanic/reports/metrics.json"}  # of final/Jenkinsfile, archived green or red
MODELS = {  # archived of a green build only
    "Jenkinsfile": {CHAMPION, *REPORTS, "lab4/reports/report.md", "lab5/reports/a.png"},
    "lab2/Jenkinsfile": {f"lab2/{name}" for name in ("model/a.skops", "model/a.json", "reports/a.json")},
    "final/Jenkinsfile": {"build/image", CHAMPION, *REPORTS},
}  # fmt: skip
TESTED = {"Jenkinsfile": 1, "lab2/Jenkinsfile": 1, "final/Jenkinsfile": 2}  # reports of tests that a whole build reads
# branch and parameters, and the calls that are not made then
WITHOUT = [
    ("Jenkinsfile", ["--branch", "feature/x", "--param", "REGISTRY=R"], {"lab3/pipeline.sh R"}),
    ("Jenkinsfile", ["--branch", "main"], {"lab3/pipeline.sh R"}),
    ("final/Jenkinsfile", ["--branch", "x", *GIVEN["final/Jenkinsfile"][2:]], set(CALLS["final/Jenkinsfile"][-2:])),
    ("final/Jenkinsfile", ["--branch", "main"], set(CALLS["final/Jenkinsfile"][-4:])),
]  # fmt: skip


class Case(NamedTuple):
    file: str
    given: list[str]
    red: str
    calls: list[str]


def cases() -> list[Case]:
    cases = []
    for file, calls in CALLS.items():
        cases.append(Case(file, GIVEN[file], "", calls))
        for at, call in enumerate(calls):
            # stages side by side all run, whichever of them fails
            done = calls[: 5 if call.removesuffix(" R") in LABS else at + 1]
            if call == "final/deploy/smoke.sh U titanic R":
                done = [*done, ROLLBACK]
            cases.append(Case(file, GIVEN[file], call, done))
    for file, given, lacking in WITHOUT:
        calls = [call for call in CALLS[file] if call not in lacking]
        if not any("REGISTRY" in word for word in given):
            calls = [call.removesuffix(" R") for call in calls]
        cases.append(Case(file, given, "", calls))
    return cases


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> dict[int, tuple[str, Path, Path]]:
    """Log, workspace and archive of each case; those with the same options in one call, since each starts a JVM."""
    scratch = tmp_path_factory.mktemp("stages")
    builds: dict[int, tuple[str, Path, Path]] = {}
    for number, case in enumerate(cases()):
        folder = scratch / f"{number:03}"
        for name in [*(call.split()[0] for call in CALLS[case.file]), "build/"]:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            if name.endswith(".sh"):
                (folder / name).write_text(SCRIPT)
        (folder / "red").write_text(case.red)
        (folder / "made").write_text("\n".join(sorted(MODELS[case.file] - {"build/image"})) + "\n")
        shutil.copy(ROOT / case.file, folder / f"{number:03}.Jenkinsfile")  # each a job of its own
    for given in {tuple(case.given) for case in cases()}:
        numbers = [number for number, case in enumerate(cases()) if tuple(case.given) == given]
        files = [str(scratch / f"{n:03}" / f"{n:03}.Jenkinsfile") for n in numbers]
        done = run_jenkinsfiles(*files, *given, "--builds", scratch / "builds")
        for log in re.split(r"^(?=Build \d)", done.stdout, flags=re.MULTILINE)[1:]:
            job = log.split()[1]
            builds[int(job[:3])] = (log, scratch / job[:3], scratch / "builds" / job / "1" / "archive")
        assert set(numbers) <= set(builds), done.stdout + done.stderr
    return builds


@pytest.mark.parametrize("number", range(len(cases())), ids=lambda n: f"{cases()[n].file}-{cases()[n].red or 'green'}")
def test_what_runs_and_what_a_red_stage_stops(number: int, builds: dict[int, tuple[str, Path, Path]]) -> None:
    case, (log, workspace, archive) = cases()[number], builds[number]
    calls = (workspace / "calls").read_text().splitlines()
    assert sorted(calls[1:5]) == sorted(case.calls[1:5]), log  # the labs side by side, in any order
    assert calls[:1] + calls[5:] == case.calls[:1] + case.calls[5:], log
    assert log.rstrip().endswith(f"Finished: {'FAILURE' if case.red else 'SUCCESS'}"), log
    assert (" not archived" in log) == bool(case.red)
    assert ("archived: model, metrics and plots" in log) == (case.file == "lab2/Jenkinsfile" and not case.red)
    archived = {str(path.relative_to(archive)) for path in archive.rglob("*") if path.is_file()}
    reports = REPORTS if case.file == "final/Jenkinsfile" else set()
    assert archived == (reports if case.red else MODELS[case.file])
    if not case.red:
        assert log.count("junit: 1 tests") == TESTED[case.file]


@pytest.mark.parametrize("file", CALLS)
def test_a_build_is_bounded_alone_started_by_the_hook_and_where_its_tools_are(file: str) -> None:
    """What the runner accepts without an effect."""
    text = (ROOT / file).read_text()
    for option in (
        "timestamps()",
        "disableConcurrentBuilds()",
        "skipStagesAfterUnstable()",
        "logRotator(",
        "pollSCM('')",
    ):
        assert text.count(option) == 1, option
    assert re.search(r"timeout\(time: \d+, unit: 'MINUTES'\)", text)
    needs_docker = re.search(r"lab3/pipeline\.sh|final/deploy/", text)
    assert f"agent {{ label '{'docker' if needs_docker else 'python'}' }}" in text
