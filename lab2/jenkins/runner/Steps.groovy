package runner

import java.util.concurrent.TimeUnit

/** The steps: what stands in steps { } and post { } is called on this. A block of steps gets a copy with another folder or environment. */
class Steps {
    final Build build
    final Map<String, String> extra // variables of environment { }, withEnv and withCredentials
    final File folder
    final Map stage // [name, result, prefix, deadline]

    Steps(Build build, Map<String, String> extra, File folder, Map stage) {
        this.build = build
        this.extra = extra
        this.folder = folder
        this.stage = stage
    }

    Steps with(Map more) {
        new Steps(build, extra + (more.extra ?: [:]), more.folder ?: folder, stage + [parent: stage] + (more.stage ?: [:]))
    }

    def run(Closure body) {
        Closure c = body.rehydrate(this, body.owner, body.thisObject)
        c.resolveStrategy = Closure.DELEGATE_FIRST
        c.call()
    }

    Map<String, String> variables() { build.environment() + (stage.name ? [STAGE_NAME: stage.name as String] : [:]) + extra }

    void say(Object text) { build.log.line(stage.prefix as String ?: '', text) }

    /** Makes this stage, the stages around it and the build at least so bad. */
    void mark(String stageResult, String buildResult = stageResult) {
        for (Map s = stage; s; s = s.parent) synchronized (s) { s.result = Build.worst(s.result ?: 'SUCCESS', stageResult) }
        build.result = buildResult
    }

    // ---- what a Jenkinsfile reads
    Map getParams() { build.params }
    Env getEnv() { new Env(this) }
    CurrentBuild getCurrentBuild() { new CurrentBuild(build) }

    def propertyMissing(String name) {
        def all = variables()
        if (all.containsKey(name)) return all[name]
        throw new MissingPropertyException(name, Script)
    }

    // ---- running something
    def sh(Map a) {
        if (a.label) say("[$a.label]")
        new Shell(this).run(a.script.toString(), a.returnStdout as boolean, a.returnStatus as boolean)
    }
    def sh(CharSequence script) { sh(script: script) }

    void echo(Object text) { say(text instanceof Map ? text.message : text) }
    void error(Object m = '') { throw new StepFailed(m instanceof Map ? m.message : m) }
    void unstable(Object m) {
        say("WARNING: ${m instanceof Map ? m.message : m}")
        mark('UNSTABLE')
    }
    void checkout(Object scm) { say('checkout: the workspace is taken as it is') }
    String getScm() { 'scm' }

    // ---- files
    private File at(Object a) { def f = new File((a instanceof Map ? a.file : a).toString()); f.absolute ? f : new File(folder, f.path) }
    boolean fileExists(Object a) { at(a).exists() }
    String readFile(Object a) { at(a).exists() ? at(a).getText('UTF-8') : error("readFile: there is no ${at(a)}") }
    void writeFile(Map a) { at(a).with { it.parentFile.mkdirs(); it.setText(a.text.toString(), 'UTF-8') } }
    String pwd() { folder.path }

    void junit(Object a) { new Reports(this).junit(a instanceof Map ? a : [testResults: a]) }
    void archiveArtifacts(Object a) { new Reports(this).archive(a instanceof Map ? a : [artifacts: a]) }

    // ---- blocks
    def script(Closure body) { run(body) }
    def timestamps(Closure body) { build.log.timestamps = true; run(body) }

    def dir(Object path, Closure body) {
        def to = new File((path instanceof Map ? path.path : path).toString())
        to = to.absolute ? to : new File(folder, to.path).canonicalFile
        to.mkdirs()
        with(folder: to).run(body)
    }

    def timeout(Object a, Closure body) {
        def m = a instanceof Map ? a : [time: a]
        long until = System.currentTimeMillis() + TimeUnit.valueOf(m.unit ?: 'MINUTES').toMillis(m.time as long)
        with(stage: [deadline: Math.min(until, (stage.deadline ?: Long.MAX_VALUE) as long)]).run(body)
    }

    def retry(Object a, Closure body) {
        int times = (a instanceof Map ? a.count : a) as int
        for (int i = 1; ; i++) {
            try {
                return run(body)
            } catch (StepFailed e) {
                if (i >= times) throw e
                say("ERROR: $e.message")
                say("Retrying ($i of $times used)")
            }
        }
    }

    def catchError(Map a = [:], Closure body) {
        try {
            run(body)
        } catch (StepFailed e) {
            say("ERROR: ${a.message ? "$a.message: " : ''}$e.message")
            mark(a.stageResult ?: 'SUCCESS', a.buildResult ?: 'FAILURE')
        }
    }

    def warnError(Object m, Closure body) {
        catchError(message: m instanceof Map ? m.message : m, buildResult: 'UNSTABLE', stageResult: 'UNSTABLE', body)
    }

    def withEnv(Object list, Closure body) {
        def pairs = (list instanceof Map ? list.overrides : list).collectEntries { it.toString().split('=', 2) as List }
        with(extra: pairs).run(body)
    }

    def withCredentials(Object list, Closure body) {
        def all = (list instanceof Map ? list.bindings : list).collectEntries { build.secrets.bind(it.binding, it.args, build.log) }
        say("Masking supported pattern matches of ${all.keySet().collect { '$' + it }.join(' or ')}")
        with(extra: all).run(body)
    }
    Map string(Map a) { [binding: 'string', args: a] }
    Map file(Map a) { [binding: 'file', args: a] }
    Map usernamePassword(Map a) { [binding: 'usernamePassword', args: a] }
    Map usernameColonPassword(Map a) { [binding: 'usernameColonPassword', args: a] }
    Map sshUserPrivateKey(Map a) { [binding: 'sshUserPrivateKey', args: a] }
}
