#!/usr/bin/env bash
# How many logged answers another model would change, and where: bash final/replay.sh PRODUCT --model HASH --log FOLDER
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m watch.replay "$@"
