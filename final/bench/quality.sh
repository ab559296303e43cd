#!/usr/bin/env bash
# Quality of the default model beside AutoGluon, CatBoost, LightGBM and scikit-learn on public tables; prints markdown tables:
# bash final/bench/quality.sh [TABLE...] [--models A,B] [--folds 3] [--repeats 1] [--half all|open|set-aside] [--limit 300] [--no-resume]
set -euo pipefail
home=$(CDPATH="" cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../../env.sh
. "$home/../env.sh"
PYTHONPATH=$home${PYTHONPATH:+:$PYTHONPATH} exec python -P -m bench.quality "$@"
