#!/usr/bin/env bash
# How large is the image, beside the one that `mlflow models build-docker` makes of the same model, on the same base:
# bash final/bench/image_size.sh [PRODUCT]. Prints a table.
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m bench.image_size "$@"
