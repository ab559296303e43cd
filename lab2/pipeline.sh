#!/usr/bin/env bash
# Collects weather, prepares it, trains and tests; stdout is one line, `Model test accuracy is: 0.xxx`, the rest is stderr.
# Usage: pipeline.sh [--source CSV|URL] [--query SQL] [--seed N]
# The source is a CSV file, an http(s) URL of one, or an SQLAlchemy URL with --query; the default is Seattle, 2012-2015.
# A stage that fails ends the run with its exit code; data, model and reports of the last good run stay.
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

# All stages write into a new folder, whose parts are moved to their places at the end.
new=$here/.run.$$
trap 'rm -rf "$new"' EXIT

python "$here/data_collection.py" --folder "$new" ${source[@]+"${source[@]}"}
python "$here/data_preparation.py" --folder "$new" ${seed[@]+"${seed[@]}"}
python "$here/model_training.py" --folder "$new" ${seed[@]+"${seed[@]}"}
result=$(python "$here/model_testing.py" --folder "$new" ${seed[@]+"${seed[@]}"})

for part in data reports model; do
  rm -rf "${here:?}/$part"
  mv "$new/$part" "$here/$part"
done
echo "$result"
