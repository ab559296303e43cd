#!/usr/bin/env bash
# docker compose, whichever is here, on lab3's compose.yaml: compose.sh up -d, compose.sh logs, compose.sh down ...
set -euo pipefail
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
if docker compose version >/dev/null 2>&1; then
  exec docker compose --project-directory "$here" --file "$here/compose.yaml" "$@"
elif command -v docker-compose >/dev/null; then
  exec docker-compose --project-directory "$here" --file "$here/compose.yaml" "$@"
fi
echo "compose.sh: needs docker compose (https://docs.docker.com/compose/install/) or docker-compose 1.29" >&2
exit 1
