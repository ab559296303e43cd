#!/usr/bin/env bash
# A worker for searches of settings, of the Dask scheduler at ADDRESS: bash final/worker.sh tcp://HOST:8786 [options of dask worker]
set -euo pipefail
# shellcheck source=env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../env.sh"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
export PYTHONPATH="$PWD${PYTHONPATH:+:$PYTHONPATH}"
exec dask worker --nthreads 1 "$@"
