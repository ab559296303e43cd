#!/usr/bin/env bash
# Creates data, prepares it, trains and tests; stdout is one line, `Model test accuracy is: 0.xxx`, the rest is stderr.
# Usage: pipeline.sh [--seed N]     another seed makes other data; a stage that fails ends the run with its exit code
set -euo pipefail
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

case "${1:-}" in
  --help | -h) sed -n '2,3s/^# //p' "$here/pipeline.sh"; exit 0 ;;
esac

# shellcheck source-path=SCRIPTDIR source=../env.sh
. "$here/../env.sh"

# All stages write into a new folder, which becomes run/ at the end: a run that fails leaves the last good one whole.
new=$here/.run.$$
trap 'rm -rf "$new"' EXIT

python "$here/data_creation.py" --data "$new/data" --plot "$new/reports/series.png" "$@"
python "$here/data_preprocessing.py" --data "$new/data"
python "$here/model_preparation.py" --data "$new/data" --model "$new/model.skops"
result=$(python "$here/model_testing.py" --data "$new/data" --model "$new/model.skops" --reports "$new/reports")

rm -rf "$here/run"
mv "$new" "$here/run"
echo "$result"
