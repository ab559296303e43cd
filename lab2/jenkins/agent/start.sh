#!/usr/bin/env bash
# Starts sshd with the host key that the controller knows and lets in nobody but the controller's key.
set -euo pipefail
secrets=${SECRETS:-/run/secrets}
for name in agent_key.pub agent_host_key; do
  if [ ! -s "$secrets/$name" ]; then
    echo "start: refused, secret file missing or empty: $name. Make them on the host: bash lab2/jenkins/setup.sh" >&2
    exit 1
  fi
done
install -m 600 "$secrets/agent_host_key" "${SSHD_FOLDER:-/etc/ssh}/ssh_host_ed25519_key"
# the folder is shared with the Docker engine, which may have made it first, as root's
chown jenkins:jenkins "${WORK_FOLDER:-/home/jenkins/agent}"
# with the host's socket (compose.host-docker.yaml) the user joins its group; a session of sshd takes groups from /etc/group only
if [ -n "${DOCKER_SOCKET_GID:-}" ]; then
  getent group "$DOCKER_SOCKET_GID" >/dev/null || groupadd --gid "$DOCKER_SOCKET_GID" docker-host
  usermod --append --groups "$(getent group "$DOCKER_SOCKET_GID" | cut -d: -f1)" jenkins
fi
JENKINS_AGENT_SSH_PUBKEY=$(<"$secrets/agent_key.pub")
export JENKINS_AGENT_SSH_PUBKEY
exec "${SSHD_START:-setup-sshd}" "$@"
