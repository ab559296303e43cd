#!/usr/bin/env bash
# Prints the base image to build on, as BASE_IMAGE=$(bash base_image.sh): python:3.11-slim where it is here or can be
# pulled; elsewhere a stand-in of Debian's own python, made once by mmdebstrap. The Dockerfile knows of neither.
set -euo pipefail

wanted=python:3.11-slim
stand_in=${STAND_IN:-mlops-base:bookworm}
suite=bookworm
bundle=/etc/ssl/certs/ca-certificates.crt

case ${1:-} in
  '') ;;
  -h | --help)
    echo "usage: base_image.sh; prints the base image. BASE_IMAGE=name skips the search, STAND_IN=name renames the stand-in"
    exit ;;
  *)
    echo "base_image.sh: unknown argument '$1'; see --help" >&2
    exit 2 ;;
esac

is_here() { docker image inspect "$1" >/dev/null 2>&1; }

# One machine makes it once, however many runs ask at the same time.
make_stand_in() {
  if ! command -v mmdebstrap >/dev/null; then
    echo "base_image.sh: $wanted cannot be pulled, and there is no mmdebstrap to make a stand-in of it; on Debian and" \
      "Ubuntu: apt-get install mmdebstrap. Or name an image of python 3.11 that is here: BASE_IMAGE=name" >&2
    return 1
  fi
  exec 9>"${TMPDIR:-/tmp}/base_image.$(id -u).lock"
  flock 9
  if is_here "$stand_in"; then return; fi
  echo "base_image.sh: $wanted cannot be pulled; making $stand_in with mmdebstrap (once, a minute or so)" >&2
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  # The stand-in trusts whom this machine trusts, so that pip works in it behind a company's proxy too.
  # It has no more files than needed: an engine without BuildKit looks at each of them in every step of a build. Perl would
  # come for usrmerge alone.
  mmdebstrap --quiet --variant=minbase --include=usr-is-merged,python3,python3-venv,ca-certificates \
    --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
    --customize-hook="cp '$bundle' \"\$1$bundle\"" \
    --customize-hook="cd \"\$1\"/usr/share && rm -rf doc/* man/* locale/* zoneinfo/posix zoneinfo/right" \
    "$suite" "$scratch/base.tar" >&2
  docker import --change "ENV PIP_CERT=$bundle SSL_CERT_FILE=$bundle" "$scratch/base.tar" "$stand_in" >/dev/null
}

if [ -n "${BASE_IMAGE:-}" ]; then
  echo "$BASE_IMAGE"
elif is_here "$wanted"; then
  echo "$wanted"
elif is_here "$stand_in"; then
  echo "$stand_in"
elif docker pull --quiet "$wanted" >&2; then
  echo "$wanted"
else
  make_stand_in
  echo "$stand_in"
fi
