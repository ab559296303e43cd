#!/usr/bin/env bash
# The image of the page, for any product: bash final/deploy/page_image.sh build|smoke|push|all, as tools/image/image.sh --help says.
set -euo pipefail
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
exec bash "$here/../../tools/image/image.sh" --image final-page --context "$here/../.." --file "$here/page.Dockerfile" --port 8501 "$@"
