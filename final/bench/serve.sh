#!/usr/bin/env bash
# The API beside MLflow, BentoML, LitServe and FastAPI with the same model: bash final/bench/serve.sh [PRODUCT] [--rounds N]
set -euo pipefail
# shellcheck source=env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../env.sh"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
exec python -m bench.serve "$@"
