package runner

/** The credentials that the caller lends to a build: `ID=text:VARIABLE`, `ID=userpass:VARIABLE:VARIABLE`, `ID=file:PATH`, `ID=sshkey:USER:PATH`. */
class Secrets {
    static final String FORMS = 'ID=text:VARIABLE, ID=userpass:USERVARIABLE:PASSWORDVARIABLE, ID=file:PATH, ID=sshkey:USER:PATH'
    private final Map<String, Map> byId = [:]
    /** Variables of the caller that held a secret; a step sees one only where the Jenkinsfile binds it. */
    final Set<String> variables = []

    void add(String given) {
        def (id, rest) = given.contains('=') ? given.split('=', 2) as List : [given, '']
        def parts = rest.split(':') as List
        switch (parts[0]) {
            case 'text': byId[id] = [kind: 'text', secret: variable(id, parts[1])]; break
            case 'userpass': byId[id] = [kind: 'userpass', user: variable(id, parts[1]), secret: variable(id, parts[2])]; break
            case 'file': byId[id] = [kind: 'file', path: file(id, parts.drop(1).join(':'))]; break
            case 'sshkey': byId[id] = [kind: 'sshkey', user: parts[1], path: file(id, parts.drop(2).join(':'))]; break
            default: throw new Usage("--credential $given: expected one of $FORMS")
        }
    }

    private String variable(String id, String name) {
        def value = name ? System.getenv(name) : null
        if (!value) throw new Usage("--credential $id: the variable '$name' is not set")
        variables << name
        value
    }

    private static String file(String id, String path) {
        def found = new File(path)
        if (!path || !found.isFile()) throw new Usage("--credential $id: there is no file '$path'")
        found.canonicalPath
    }

    /** What `NAME = credentials('id')` sets. */
    Map<String, String> environment(String name, String id, Log log) {
        def c = find(id, ['text', 'userpass', 'file', 'sshkey'], log)
        switch (c.kind) {
            case 'text': return [(name): c.secret]
            case 'userpass': return [(name): "$c.user:$c.secret" as String, (name + '_USR'): c.user, (name + '_PSW'): c.secret]
            case 'sshkey': return [(name): c.path, (name + '_USR'): c.user]
            default: return [(name): c.path]
        }
    }

    /** What one binding of withCredentials sets. */
    Map<String, String> bind(String binding, Map a, Log log) {
        def kinds = [string: 'text', file: 'file', usernamePassword: 'userpass', usernameColonPassword: 'userpass', sshUserPrivateKey: 'sshkey']
        def c = find(a.credentialsId as String, [kinds[binding]], log)
        switch (binding) {
            case 'usernamePassword': return [(a.usernameVariable): c.user, (a.passwordVariable): c.secret]
            case 'usernameColonPassword': return [(a.variable): "$c.user:$c.secret" as String]
            case 'sshUserPrivateKey': return [(a.keyFileVariable): c.path] + (a.usernameVariable ? [(a.usernameVariable): c.user] : [:])
            default: return [(a.variable): c.secret ?: c.path]
        }
    }

    private Map find(String id, List kinds, Log log) {
        def c = byId[id]
        if (!c) throw new StepFailed("Could not find credentials entry with ID '$id'; lend it: --credential with one of $FORMS")
        if (!(c.kind in kinds)) throw new StepFailed("Credentials '$id' is of type '$c.kind', but '${kinds.join("' or '")}' was expected")
        if (c.secret) log.mask(c.secret)
        if (c.path) new File(c.path as String).with { if (it.length() < 65536) log.mask(it.getText('UTF-8')) }
        c
    }
}
