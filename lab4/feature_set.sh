#!/usr/bin/env bash
# One version of the Titanic table as a CSV with PassengerId in front: bash lab4/feature_set.sh all|v1|v2|v3 OUTPUT.csv
set -euo pipefail
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

usage="usage: feature_set.sh all|v1|v2|v3 OUTPUT.csv
  all: the raw table; v1: Pclass, Sex, Age, Survived; v2: v1 with Age filled; v3: v2 with Sex one-hot encoded"
if [ "${1:-}" = --help ]; then
  echo "$usage"
  exit 0
fi
if [ $# -ne 2 ] || ! [[ $1 =~ ^(all|v1|v2|v3)$ ]]; then
  echo "$usage" >&2
  exit 2
fi

# shellcheck source=env.sh
. "$here/../env.sh"
steps=$(mktemp -d)
trap 'rm -rf -- "$steps"' EXIT

python "$here/data_creation.py" --output "$steps/all.csv"
if [ "$1" != all ]; then python "$here/select_columns.py" --with-id --input "$steps/all.csv" --output "$steps/v1.csv"; fi
if [[ $1 = v[23] ]]; then python "$here/fill_age.py" --input "$steps/v1.csv" --output "$steps/v2.csv"; fi
if [ "$1" = v3 ]; then python "$here/one_hot_sex.py" --input "$steps/v2.csv" --output "$steps/v3.csv"; fi
mkdir -p -- "$(dirname -- "$2")"
cp -- "$steps/$1.csv" "$2"
