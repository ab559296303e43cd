#!/usr/bin/env bash
# Checks and tests: bash test.sh [unit|pipeline|system|--slow|--all|--checks|--coverage] [pytest arguments]
#   (nothing)   checks, then the tiers unit and pipeline but for what is marked slow; or, if paths are given, all in these
#   --slow      the same, with what is marked slow
#   unit        functions alone: seconds
#   pipeline    the bash files and real processes: minutes
#   system      Docker, browser, S3, sshd, PostgreSQL, Groovy, servers and libraries of others
#   --all       checks and all three tiers, as CI does
#   --checks    shellcheck, ruff, mypy, import-linter; no test
#   --coverage  unit and pipeline, and which lines and branches they run
# A failed check does not keep the tests from running; the exit code is not zero if anything failed.
# REQUIRE="docker browser gitlab groovy postgres s3 sshd" turns the skip of a test whose tool is missing into a failure.
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")" || exit 1

checks=yes
tiers=(--tier usual)
run=(pytest)
case "${1:-}" in
  --help | -h) sed -n '2,12s/^# \{0,1\}//p' test.sh; exit 0 ;;
  unit | pipeline | system) checks=no tiers=(--tier "$1"); shift ;;
  --all) tiers=(--tier unit --tier pipeline --tier system); shift ;;
  --checks) tiers=(); shift ;;
  --coverage) checks=no tiers=(--tier unit --tier pipeline) run=(coverage run -m pytest); shift ;;
esac
# shellcheck source=env.sh
. ./env.sh || exit 1

failed=()
check() {
  echo "== $*"
  "$@" || failed+=("$1 $2")
}

# Which package may import which; what it prints is of interest when one is broken.
# shellcheck disable=SC2329 # `check` calls it
import_contracts() {
  local said
  said=$(cd "$service" && lint-imports "$OLDPWD/pyproject.toml" 2>&1) || {
    echo "$said"
    return 1
  }
}

if [ "$checks" = yes ]; then
  mapfile -t scripts < <(git ls-files -co --exclude-standard -- '*.sh' .ci/run)
  service=. # in a repository made by new_repository.sh
  if [ -d final ]; then service=final; fi
  mapfile -t folders < <(git ls-files -co --exclude-standard -- '*/*.py' | cut -d / -f 1 | sort -u)
  check shellcheck -x "${scripts[@]}"
  check ruff check --quiet .
  check ruff format --check --quiet .
  check mypy --no-error-summary conftest.py "${folders[@]}"
  if [ -d "$service/core" ]; then
    check python tests/plain_code.py "$service"/{core,stages,pipeline,report,service,scoring,watch,page,deploy}
    check import_contracts of "$service"
  fi
  for name in ${failed[@]+"${failed[@]}"}; do echo "test.sh: FAILED before the tests: $name"; done
fi

verdict=0
if [ "${#tiers[@]}" -gt 0 ]; then
  unset PYTHONDONTWRITEBYTECODE # some thousand processes are started, none of which need compile what another has
  export OMP_NUM_THREADS=1 # the processes of the tests share the cores already
  # three, since tests of containers and servers wait a lot; in the order of conftest.py, so that no long file is the last
  workers=3
  if [ "${tiers[*]}" = "--tier unit" ]; then workers=2; fi # they do not wait, and each worker imports the libraries
  if [ "${run[0]}" = coverage ]; then mkdir -p build && rm -f build/.coverage*; fi
  "${run[@]}" -n "$workers" --dist loadfile --no-loadscope-reorder "${tiers[@]}" "$@"
  verdict=$?
  if [ "${run[0]}" = coverage ]; then
    { coverage combine --quiet && coverage report --skip-covered --show-missing; } || failed+=("coverage report")
    for part in final/{core,service,stages,pipeline} lab{1..5}; do
      [ ! -d "$part" ] || echo "$part: $(coverage report --include="$part/*" --format=total --fail-under=0) %"
    done
  fi
fi
if [ "${#failed[@]}" -gt 0 ] && [ "$verdict" -eq 0 ]; then verdict=1; fi
exit "$verdict"
