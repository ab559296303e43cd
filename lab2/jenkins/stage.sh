#!/usr/bin/env bash
# One stage of lab2/Jenkinsfile, for Jenkins and for a person: bash lab2/jenkins/stage.sh STAGE
# STAGE is unit_tests, data_collection, data_preparation, model_training or model_testing.
# The variables SOURCE and QUERY go to the collection, SEED to the other stages; an empty one keeps the stage's default.
set -euo pipefail
lab=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)

arguments=()
option() { if [ -n "$2" ]; then arguments+=("$1=$2"); fi; }

case "${1:-}" in
  unit_tests) ;;
  data_collection) option --source "${SOURCE:-}"; option --query "${QUERY:-}" ;;
  data_preparation | model_training | model_testing) option --seed "${SEED:-}" ;;
  *) { echo "stage.sh: unknown stage '${1:-}'"; sed -n '2,4s/^# //p' "$lab/jenkins/stage.sh"; } >&2; exit 2 ;;
esac

# shellcheck source-path=SCRIPTDIR source=../../env.sh
. "$lab/../env.sh"

if [ "$1" = unit_tests ]; then
  cd "$lab/.."
  exec pytest lab2/tests/unit -q --junitxml=lab2/reports/junit.xml
fi
exec python "$lab/$1.py" ${arguments[@]+"${arguments[@]}"}
