#!/usr/bin/env bash
# Starts the controller only if every secret is there: no default password, no empty token.
set -euo pipefail
secrets=${SECRETS:-/run/secrets}

missing=()
for name in admin_password push_token agent_key agent_host_key.pub; do
  if [ ! -f "$secrets/$name" ] || [ ! -s "$secrets/$name" ]; then missing+=("$name"); fi
done
if [ "${#missing[@]}" -gt 0 ]; then
  echo "start: refused, secret file missing or empty: ${missing[*]}. Make them on the host: bash lab2/jenkins/setup.sh" >&2
  exit 1
fi
password=$(<"$secrets/admin_password")
if [ "${#password}" -lt 16 ]; then
  echo "start: refused, admin_password has ${#password} characters, at least 16 are needed. Make one: bash lab2/jenkins/setup.sh" >&2
  exit 1
fi
unset password
exec "${JENKINS_START:-/usr/local/bin/jenkins.sh}" "$@"
