#!/usr/bin/env bash
# post-receive of a bare repository: tells Jenkins that something was pushed. It never holds up or fails a push: five seconds at
# most, exit 0 always, a message where Jenkins was not reached. Settings are the bare repository's own:
#   git config jenkins.url       http://localhost:8080/                  where this machine reaches Jenkins
#   git config jenkins.cloneUrl  file:///srv/git/repository.git          the URL by which Jenkins clones this repository
#   git config jenkins.tokenFile /path/to/secrets/push_token             the token of /git/notifyCommit
cat >/dev/null # the pushed references; Jenkins looks for itself

tell() {
  local url clone token_file token
  url=$(git config jenkins.url) || { echo "git config jenkins.url is not set"; return 1; }
  clone=$(git config jenkins.cloneUrl) || { echo "git config jenkins.cloneUrl is not set"; return 1; }
  token_file=$(git config jenkins.tokenFile) || { echo "git config jenkins.tokenFile is not set"; return 1; }
  token=$(tr -d '[:space:]' 2>/dev/null <"$token_file") || { echo "cannot read $token_file"; return 1; }
  # by standard input, since other users of the machine can read a command line
  curl --silent --show-error --fail --connect-timeout 2 --max-time 5 --output /dev/null --config - <<END 2>&1
url = "${url%/}/git/notifyCommit"
get
data-urlencode = "url=$clone"
data-urlencode = "token=$token"
END
}

if problem=$(tell); then
  echo "Jenkins was told of the push."
else
  echo "Jenkins was NOT told of the push: ${problem:-no answer}. The push itself is done; start the build by hand."
fi
exit 0
