#!/usr/bin/env bash
# Whether the champion still does its job: bash final/watch.sh PRODUCT [--log FOLDER | --data FILE] [--labels FILE]
# One line on stdout; exit code 0 steady, 3 look, 4 act, 1 for a mistake. With --log FOLDER --every SECONDS it looks
# again and again, a line each time, until it is stopped.
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m watch "$@"
