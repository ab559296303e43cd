#!/usr/bin/env bash
# Starts sshd with the host key that the controller knows and accepts only the controller's key.
set -euo pipefail
secrets=${SECRETS:-/run/secrets}
for name in agent_key.pub agent_host_key; do
  if [ ! -s "$secrets/$name" ]; then
    echo "start: refused, secret file missing or empty: $name. Make them on the host: bash lab2/jenkins/setup.sh" >&2
    exit 1
  fi
done
install -m 600 "$secrets/agent_host_key" "${SSHD_FOLDER:-/etc/ssh}/ssh_host_ed25519_key"
# the folder is shared with the Docker engine, which may have made it first, owned by root
chown jenkins:jenkins "${WORK_FOLDER:-/home/jenkins/agent}"
JENKINS_AGENT_SSH_PUBKEY=$(<"$secrets/agent_key.pub")
export JENKINS_AGENT_SSH_PUBKEY
exec "${SSHD_START:-setup-sshd}" "$@"
