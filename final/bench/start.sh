#!/usr/bin/env bash
# How long from `docker run` until the service says that it is ready: bash final/bench/start.sh IMAGE [--runs 10]
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../../env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../env.sh"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
exec python -m bench.start "$@"
