#!/usr/bin/env bash
# From the table to a gated, promoted model: bash final/pipeline.sh [PRODUCT | --data TABLE --target COLUMN] [--serve [--host H] [--port P]]
# stdout is one line, the metric on the hold-out; --help tells more.
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m pipeline "$@"
