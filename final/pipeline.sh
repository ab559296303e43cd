#!/usr/bin/env bash
# From the table to a gated, promoted model: bash final/pipeline.sh [PRODUCT | --data TABLE --target COLUMN] [--serve [--host H] [--port P]]
# stdout is one line, the metric on the hold-out; --help tells more.
set -euo pipefail
# shellcheck source=env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../env.sh"
CALLER=$PWD
export CALLER
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
exec python -m product.pipeline "$@"
