#!/usr/bin/env bash
# Back to an earlier champion, in the log and without training: bash final/rollback.sh [PRODUCT] [--to HASH] [--history]
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m core.registry.rollback "$@"
