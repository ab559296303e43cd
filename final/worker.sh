#!/usr/bin/env bash
# A worker for searches of settings, of the Dask scheduler at ADDRESS: bash final/worker.sh tcp://HOST:8786 [options of dask worker]
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec dask worker --nthreads 1 "$@"
