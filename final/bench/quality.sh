#!/usr/bin/env bash
# Cross-validated quality of the default model beside scikit-learn's: bash final/bench/quality.sh [TABLE...] [--folds 5 --repeats 1]
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m bench.quality "$@"
