#!/usr/bin/env bash
# Cross-validated quality of the default model beside scikit-learn's: bash final/bench/quality.sh [TABLE...] [--folds 5 --repeats 1]
set -euo pipefail
# shellcheck source=env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../env.sh"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
exec python -m bench.quality "$@"
