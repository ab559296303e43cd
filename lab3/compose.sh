#!/usr/bin/env bash
# docker compose, whichever is here, on the compose.yaml of this folder, or of COMPOSE_FOLDER: compose.sh up -d, compose.sh logs ...
set -euo pipefail
here=${COMPOSE_FOLDER:-$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)}
if docker compose version >/dev/null 2>&1; then
  exec docker compose --project-directory "$here" --file "$here/compose.yaml" "$@"
elif command -v docker-compose >/dev/null; then
  exec docker-compose --project-directory "$here" --file "$here/compose.yaml" "$@"
fi
echo "compose.sh: needs docker compose (https://docs.docker.com/compose/install/) or docker-compose 1.29" >&2
exit 1
