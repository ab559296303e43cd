#!/usr/bin/env bash
# `docker compose` or docker-compose 1.29, whichever is installed, with the compose.yaml of a folder:
# compose.sh FOLDER up -d, compose.sh FOLDER logs, compose.sh FOLDER down ...
set -euo pipefail
[ $# -gt 1 ] || { sed -n '2,3s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 2; }
folder=$(cd -P -- "$1" && pwd -P)
shift
if docker compose version >/dev/null 2>&1; then
  exec docker compose --project-directory "$folder" --file "$folder/compose.yaml" "$@"
elif command -v docker-compose >/dev/null; then
  exec docker-compose --project-directory "$folder" --file "$folder/compose.yaml" "$@"
fi
echo "compose.sh: needs docker compose (https://docs.docker.com/compose/install/) or docker-compose 1.29" >&2
exit 1
