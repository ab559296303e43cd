#!/usr/bin/env bash
# Serves a product's champion over HTTP: bash final/serve.sh [PRODUCT] [--host H] [--port P]
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m service "$@"
