#!/usr/bin/env bash
# Repeated stratified cross-validation of a product beside simpler models: bash final/bench/quality.sh [PRODUCT]
set -euo pipefail
# shellcheck source=env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../env.sh"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
exec python -m bench.quality "$@"
