#!/usr/bin/env bash
# Creates data, prepares it, trains and tests; stdout is one line, `Model test accuracy is: 0.xxx`, the rest is stderr.
# Usage: pipeline.sh [--seed N]     another seed makes other data; a stage that fails ends the run with its exit code
set -euo pipefail
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

usage() { sed -n '2,3s/^# //p' "$here/pipeline.sh"; }

seed=()
case "$#:${1:-}" in
  0:) ;;
  1:--help | 1:-h) usage; exit 0 ;;
  2:--seed) seed=(--seed "$2") ;;
  1:--seed=*) seed=("$1") ;;
  *) { echo "pipeline.sh: cannot use: $*"; usage; } >&2; exit 2 ;;
esac

# shellcheck source-path=SCRIPTDIR source=../env.sh
. "$here/../env.sh"

python "$here/data_creation.py" ${seed[@]+"${seed[@]}"}
python "$here/data_preprocessing.py"
python "$here/model_preparation.py"
python "$here/model_testing.py"
