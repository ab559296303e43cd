#!/usr/bin/env bash
# One stage of final/Jenkinsfile, for Jenkins and for a person: bash final/ci.sh STAGE [PRODUCT]
#   unit_tests     the tier of tests that take seconds; no Docker, no pipeline
#   data           the product's raw table, from the remote where it has this version, else from its source
#   data_quality   the data gates on that table, as tests
# The other stages are bash files of their own: pipeline.sh, deploy/build.sh, deploy/deploy.sh, deploy/smoke.sh.
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
product=${2:-titanic}

case "${1:-}" in
  --help | -h) sed -n '2,6s/^# \{0,1\}//p' "$home/ci.sh"; exit 0 ;;
  unit_tests | data | data_quality) ;;
  *) { echo "ci.sh: unknown stage '${1:-}'"; sed -n '2,6s/^# \{0,1\}//p' "$home/ci.sh"; } >&2; exit 2 ;;
esac

# shellcheck source-path=SCRIPTDIR source=../env.sh
. "$home/../env.sh"
case "$1" in
  unit_tests)
    cd "$home"
    cd ..
    exec pytest -n 2 --dist loadfile final/tests/unit -q --junitxml=build/unit_tests.xml ;;
  data)
    PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m pipeline.fetch "$product" ;;
  data_quality)
    table=$home/products/$product/data/raw.csv
    cd "$home"
    cd ..
    exec pytest final/tests/unit/data_quality/test_quality.py -q --junitxml=build/data_quality.xml --product "$product" --dataset "$table" ;;
esac
