#!/usr/bin/env bash
# post-receive of a bare repository: notifies Jenkins of a push. It never fails a push and delays it by five seconds at most: it always
# exits with 0, and prints a message if Jenkins was not reached. Its settings are those of the bare repository:
#   git config jenkins.url       http://localhost:8080/                  URL of Jenkins from this machine
#   git config jenkins.cloneUrl  file:///srv/git/repository.git          URL from which Jenkins clones this repository
#   git config jenkins.tokenFile /path/to/secrets/push_token             file with the token for /git/notifyCommit
cat >/dev/null # the pushed references; Jenkins looks them up itself

notify() {
  local url clone token_file token
  url=$(git config jenkins.url) || { echo "git config jenkins.url is not set"; return 1; }
  clone=$(git config jenkins.cloneUrl) || { echo "git config jenkins.cloneUrl is not set"; return 1; }
  token_file=$(git config jenkins.tokenFile) || { echo "git config jenkins.tokenFile is not set"; return 1; }
  token=$(tr -d '[:space:]' 2>/dev/null <"$token_file") || { echo "cannot read $token_file"; return 1; }
  # settings through standard input: other users of the machine can read a command line
  curl --silent --show-error --fail --connect-timeout 2 --max-time 5 --output /dev/null --config - <<END 2>&1
url = "${url%/}/git/notifyCommit"
get
data-urlencode = "url=$clone"
data-urlencode = "token=$token"
END
}

if problem=$(notify); then
  echo "Jenkins was notified of the push."
else
  echo "Jenkins was NOT notified of the push: ${problem:-no answer}. The push itself succeeded; start the build by hand."
fi
exit 0
