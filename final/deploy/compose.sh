#!/usr/bin/env bash
# docker compose, whichever is here, on final's compose.yaml: compose.sh up -d, compose.sh logs, compose.sh down ...
set -euo pipefail
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
export COMPOSE_PROJECT_NAME=${COMPOSE_PROJECT_NAME:-final}
exec bash "$here/../../tools/image/compose.sh" "$here" "$@"
