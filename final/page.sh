#!/usr/bin/env bash
# The page of a running service: bash final/page.sh [--api URL] [--host H] [--port P] [--insecure]
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m page "$@"
