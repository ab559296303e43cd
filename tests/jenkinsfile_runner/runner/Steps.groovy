package runner

import groovy.io.FileType

import java.nio.file.FileSystems
import java.nio.file.Files
import java.nio.file.StandardCopyOption
import java.util.concurrent.TimeUnit

/** The steps of one stage, or of the build's post: their environment, and the stage's result so far. */
class Steps {
    /** A step ended its stage: FAILURE, or ABORTED when the time is up. */
    private static class StepFailed extends RuntimeException {
        final String result

        StepFailed(String message, String result = 'FAILURE') {
            super(message)
            this.result = result
        }
    }

    Build build
    String stage
    String prefix = ''
    String result = 'SUCCESS'
    final Map<String, String> own = [:] // variables of the stage's environment { }

    Map<String, String> environment() { build.environment() + (stage ? [STAGE_NAME: stage] : [:]) + own }

    void say(Object text) { build.say(prefix, text) }

    void worsen(String other) {
        result = Build.worst(result, other)
        build.worsen(other)
    }

    /** A constant of the Jenkinsfile, or what the parts of a `${...}` string are now: constants, and [object, name] of a property. */
    Object text(Object value) {
        if (!(value instanceof List)) return value
        value.collect { it instanceof List ? property(it[0] as String, it[1] as String) : it }.join('')
    }

    private Object property(String object, String name) {
        if (object == 'currentBuild') return build.result
        object == 'params' ? build.params[name] : environment()[name]
    }

    /** Runs the steps in order, until one fails. */
    void run(List<Call> calls) {
        try {
            calls.each { c ->
                if (c.name == 'sh') sh(text(c.values[0]) as String)
                else if (c.name == 'echo') say(text(c.values[0]))
                else if (c.name == 'junit') junit(c.named)
                else archive(c.named)
            }
        } catch (Exception e) { // a failure nobody expected is a failure too, above all in a thread of parallel
            def failure = e instanceof StepFailed ? e : new StepFailed(e.toString())
            say("${failure.result == 'ABORTED' ? 'ABORTED' : 'ERROR'}: $failure.message")
            worsen(failure.result)
        }
    }

    /** As Jenkins: `sh -xe`, no input, both outputs in the log. */
    private void sh(String script) {
        def builder = new ProcessBuilder('sh', '-xec', script).directory(build.workspace).redirectErrorStream(true)
        builder.environment().clear()
        builder.environment().putAll(environment())
        Process p = builder.redirectInput(new File('/dev/null')).start()
        build.running << p
        def reader = Thread.start { try { p.inputStream.eachLine('UTF-8') { say(it) } } catch (IOException e) { } }
        while (!p.waitFor(100, TimeUnit.MILLISECONDS)) {
            if (System.currentTimeMillis() > build.deadline) {
                Build.kill(p)
                throw new StepFailed('Timeout has been exceeded', 'ABORTED')
            }
        }
        reader.join(2000) // a child left in the background may hold the pipe open: do not wait for it
        build.running.remove(p)
        if (p.exitValue()) throw new StepFailed("script returned exit code ${p.exitValue()}")
    }

    private void junit(Map a) {
        def reports = match(a.testResults as String)
        if (a.skipOldReports) reports = reports.findAll { new File(build.workspace, it).lastModified() + 1000 >= build.started }
        if (!reports) throw new StepFailed("junit: no ${a.skipOldReports ? 'new ' : ''}report matches '$a.testResults'")
        def cases = reports.collectMany { name ->
            try {
                new XmlSlurper().parse(new File(build.workspace, name)).depthFirst().findAll { it.name() == 'testcase' }
            } catch (org.xml.sax.SAXException e) {
                throw new StepFailed("junit: $name is not a JUnit report: $e.message")
            }
        }
        def failed = cases.findAll { t -> t.children().any { it.name() in ['failure', 'error'] } }
        say("junit: ${cases.size()} tests, ${failed.size()} failed in ${reports.join(', ')}")
        if (!cases) throw new StepFailed('junit: no test in the reports')
        failed.each { say("junit: FAILED ${it.@classname}.${it.@name}") }
        if (failed) worsen('UNSTABLE')
    }

    private void archive(Map a) {
        def names = match(a.artifacts as String)
        if (!names && !a.allowEmptyArchive) throw new StepFailed("archiveArtifacts: no file matches '$a.artifacts'")
        names.each { name ->
            def target = new File(build.folder, "archive/$name").toPath()
            Files.createDirectories(target.parent)
            Files.copy(new File(build.workspace, name).toPath(), target, StandardCopyOption.REPLACE_EXISTING)
        }
        say("archiveArtifacts: ${names.join(', ') ?: 'no file'}")
    }

    /** The files that a comma-separated list of patterns names: `*` within one name, a last `**` for everything below. */
    private List<String> match(String patterns) {
        def base = build.workspace.toPath()
        patterns.split(',')*.trim().collectMany { pattern ->
            def matcher = FileSystems.default.getPathMatcher("glob:$pattern")
            def start = new File(build.workspace, pattern.split('/').takeWhile { !it.contains('*') }.join('/'))
            def files = start.file ? [start] : []
            if (start.directory) start.eachFileRecurse(FileType.FILES) { files << it }
            files.collect { base.relativize(it.toPath()) }.findAll { matcher.matches(it) }*.toString()
        }.unique().sort()
    }
}
