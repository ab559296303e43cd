#!/usr/bin/env bash
# The image of a product's service with its champion inside: bash final/deploy/build.sh PRODUCT build|smoke|push|all
# stdout is the image, as tools/image/image.sh prints it; --help tells more.
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m deploy.image "$@"
