#!/usr/bin/env bash
# How large is the image, beside the one that `mlflow models build-docker` makes of the same model, on the same base:
# bash final/bench/image_size.sh [PRODUCT]. Prints a table.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../../env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../env.sh"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
exec python -m bench.image_size "$@"
