#!/usr/bin/env bash
# Collects weather, prepares it, trains and tests; stdout is one line, `Model test accuracy is: 0.xxx`, the rest is stderr.
# Usage: pipeline.sh [--source CSV|URL] [--query SQL] [--seed N]
# The source is a CSV file, an http(s) URL of one, or an SQLAlchemy URL with --query; the default is Seattle, 2012-2015.
# A stage that fails ends the run with its exit code; the model accepted before stays.
set -euo pipefail
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

usage() { sed -n '2,5s/^# //p' "$here/pipeline.sh"; }

source=() seed=()
while [ $# -gt 0 ]; do
  case "$1" in
    --help | -h) usage; exit 0 ;;
    --source=* | --query=*) source+=("$1"); shift; continue ;;
    --seed=*) seed=("$1"); shift; continue ;;
    --source | --query | --seed) ;;
    # the argument itself is not shown: it may be a URL with a password
    *) { echo "pipeline.sh: unknown argument"; usage; } >&2; exit 2 ;;
  esac
  if [ $# -lt 2 ]; then { echo "pipeline.sh: $1 needs a value"; usage; } >&2; exit 2; fi
  if [ "$1" = --seed ]; then seed=(--seed "$2"); else source+=("$1=$2"); fi
  shift 2
done

# shellcheck source-path=SCRIPTDIR source=../env.sh
. "$here/../env.sh"

python "$here/data_collection.py" ${source[@]+"${source[@]}"}
python "$here/data_preparation.py" ${seed[@]+"${seed[@]}"}
python "$here/model_training.py" ${seed[@]+"${seed[@]}"}
python "$here/model_testing.py" ${seed[@]+"${seed[@]}"}
