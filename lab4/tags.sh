#!/usr/bin/env bash
# Names the commits of versions.yaml with git tags lab4-v0, lab4-v1, ...: a convenience, nothing depends on them.
set -euo pipefail
cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")"
sed -n 's/^- name: //p; s/^  commit: //p' versions.yaml | while read -r name && read -r commit; do
  git tag --force "lab4-$name" "$commit" >/dev/null
  echo "lab4-$name $commit"
done
