#!/usr/bin/env bash
# Asks a running service for the golden rows and the hold-out: bash final/deploy/smoke.sh URL [PRODUCT] [--model FOLDER]
# Exit code 0 if it serves the champion and answers like the library, otherwise 1. SERVICE_API_KEY is sent if set.
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m deploy.smoke "$@"
