#!/usr/bin/env bash
# Prints the base image to build on: python:3.11-slim if it is present or can be pulled; otherwise a stand-in with Debian's
# own python, made once by mmdebstrap. The Dockerfiles take it as their argument BASE_IMAGE.
set -euo pipefail

default=python:3.11-slim
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
    echo "base_image.sh: $default cannot be pulled, and mmdebstrap, which makes a stand-in, is not installed; on Debian and" \
      "Ubuntu: apt-get install mmdebstrap. Or name a local image with python 3.11: BASE_IMAGE=name" >&2
    return 1
  fi
  exec 9>"${TMPDIR:-/tmp}/base_image.$(id -u).lock"
  flock 9
  if is_here "$stand_in"; then return; fi
  echo "base_image.sh: $default cannot be pulled; making $stand_in with mmdebstrap (once, a minute or so)" >&2
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  # The stand-in has this machine's CA bundle, so that pip works in it behind a company's proxy too. It has few files, since
  # an engine without BuildKit scans all of them in every step of a build; usr-is-merged avoids Perl.
  mmdebstrap --quiet --variant=minbase --include=usr-is-merged,python3,python3-venv,ca-certificates \
    --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
    --customize-hook="cp '$bundle' \"\$1$bundle\"" \
    --customize-hook="cd \"\$1\"/usr/share && rm -rf doc/* man/* locale/* zoneinfo/posix zoneinfo/right" \
    "$suite" "$scratch/base.tar" >&2
  docker import --change "ENV PIP_CERT=$bundle SSL_CERT_FILE=$bundle" "$scratch/base.tar" "$stand_in" >/dev/null
}

if [ -n "${BASE_IMAGE:-}" ]; then
  echo "$BASE_IMAGE"
elif is_here "$default"; then
  echo "$default"
elif is_here "$stand_in"; then
  echo "$stand_in"
elif docker pull --quiet "$default" >&2; then
  echo "$default"
else
  make_stand_in
  echo "$stand_in"
fi
