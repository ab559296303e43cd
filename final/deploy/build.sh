#!/usr/bin/env bash
# The image of a product's service with its champion inside: bash final/deploy/build.sh PRODUCT build|smoke|push|all
# stdout is the image, as lab3/image.sh prints it; --help tells more.
set -euo pipefail
# shellcheck source=env.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../../env.sh"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
exec python -m deploy.image "$@"
