#!/usr/bin/env bash
# Every check of the repository: bash test.sh [pytest arguments]. Runs all of them, fails if one did. `--checks` runs no test.
# REQUIRE="docker browser groovy postgres s3 sshd" turns the skip of a test whose tool is missing into a failure.
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source=env.sh
. ./env.sh || exit 1

failed=()
check() {
  echo "== $*"
  "$@" || failed+=("$1 $2")
}

mapfile -t scripts < <(git ls-files -co --exclude-standard -- '*.sh' .ci/run)
mapfile -t folders < <(for d in lab* final tests; do if compgen -G "$d/*.py" >/dev/null || compgen -G "$d/*/*.py" >/dev/null; then echo "$d"; fi; done)
check shellcheck -x "${scripts[@]}"
check ruff check --quiet .
check ruff format --check --quiet .
check mypy --no-error-summary --num-workers 2 conftest.py "${folders[@]}"
for name in ${failed[@]+"${failed[@]}"}; do echo "test.sh: FAILED before the tests: $name"; done

verdict=0
if [ "${1:-}" != --checks ]; then
  unset PYTHONDONTWRITEBYTECODE # some thousand processes are started, none of which need compile what another has
  export OMP_WAIT_POLICY=passive # a thread that waits spins else, and so takes a core from the other tests
  # three, since tests of containers and servers wait a lot; in the order of testpaths: the longest first
  pytest -n 3 --dist loadfile --no-loadscope-reorder "$@"
  verdict=$?
fi
if [ "${#failed[@]}" -gt 0 ] && [ "$verdict" -eq 0 ]; then verdict=1; fi
exit "$verdict"
