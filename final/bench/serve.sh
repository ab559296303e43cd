#!/usr/bin/env bash
# The API beside MLflow, BentoML, LitServe and FastAPI with the same model: bash final/bench/serve.sh [PRODUCT] [--rounds N]
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m bench.serve "$@"
