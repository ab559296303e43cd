// The token that the push hook sends to /git/notifyCommit. JCasC has no key for it, so it is set here, from the secret file,
// in the form in which the git plugin keeps tokens: as a SHA-256.
import hudson.plugins.git.ApiTokenPropertyConfiguration
import java.security.MessageDigest

def token = new File("${System.getenv('SECRETS') ?: '/run/secrets'}/push_token").text.trim()
def hash = MessageDigest.getInstance('SHA-256').digest(token.bytes).encodeHex().toString()
def tokens = ApiTokenPropertyConfiguration.get()
if (!tokens.hasMatchingApiToken(token)) {
    tokens.@apiTokens.removeIf { it.name == 'push-hook' }
    tokens.@apiTokens << new ApiTokenPropertyConfiguration.HashedApiToken('push-hook', hash)
    tokens.save()
}
