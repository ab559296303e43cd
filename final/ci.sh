#!/usr/bin/env bash
# One stage of final/Jenkinsfile, for Jenkins and for a person: bash final/ci.sh STAGE [PRODUCT]
#   unit_tests     the tests that take seconds: contract, gates, registry; no Docker, no training
#   data           the product's raw table, from the remote where it has this version, else from its source
#   data_quality   the data gates on that table, as tests
# The other stages are bash files of their own: pipeline.sh, deploy/build.sh, deploy/deploy.sh, deploy/smoke.sh.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
product=${2:-titanic}

case "${1:-}" in
  --help | -h) sed -n '2,6s/^# \{0,1\}//p' ci.sh; exit 0 ;;
  unit_tests | data | data_quality) ;;
  *) { echo "ci.sh: unknown stage '${1:-}'"; sed -n '2,6s/^# \{0,1\}//p' ci.sh; } >&2; exit 2 ;;
esac

# shellcheck source-path=SCRIPTDIR source=../env.sh
. ../env.sh
case "$1" in
  unit_tests)
    cd ..
    exec pytest final/tests/unit final/tests/contract -q --junitxml=build/unit_tests.xml ;;
  data)
    exec python -m product.fetch "$product" ;;
  data_quality)
    table=$PWD/products/$product/data/raw.csv
    cd ..
    exec pytest final/tests/data/test_quality.py -q --junitxml=build/data_quality.xml --product "$product" --dataset "$table" ;;
esac
