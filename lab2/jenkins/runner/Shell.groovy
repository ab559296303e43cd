package runner

import java.util.concurrent.TimeUnit

/** `sh`: runs a script as Jenkins does, `sh -xe` unless it brings its own `#!` line, and hands on its output line by line. */
class Shell {
    private final Steps steps
    Shell(Steps steps) { this.steps = steps }

    def run(String script, boolean returnStdout, boolean returnStatus) {
        def file = File.createTempFile('step', '.sh')
        try {
            // Jenkins drops the blank space before a `#!`, too
            def text = script.stripIndent()
            file.text = text.trim().startsWith('#!') ? text.trim() + '\n' : text
            def own = file.text.startsWith('#!')
            if (own) file.setExecutable(true)
            def builder = new ProcessBuilder(own ? [file.path] : ['sh', '-xe', file.path]).directory(steps.folder)
            builder.environment().clear()
            builder.environment().putAll(steps.variables())
            builder.redirectErrorStream(!returnStdout)
            builder.redirectInput(new File('/dev/null'))
            start(builder, returnStdout, returnStatus)
        } finally {
            file.delete()
        }
    }

    private def start(ProcessBuilder builder, boolean returnStdout, boolean returnStatus) {
        check()
        Process p = builder.start()
        steps.build.running << p
        try {
            def text = new StringBuilder()
            def readers = [Thread.start { try { returnStdout ? text << p.inputStream.getText('UTF-8') : follow(p.inputStream) } catch (IOException e) { } }]
            if (returnStdout) readers << Thread.start { try { follow(p.errorStream) } catch (IOException e) { } }
            while (!p.waitFor(100, TimeUnit.MILLISECONDS)) check()
            readers*.join(2000) // a child left in the background may hold the pipe open; do not wait for it
            int code = p.exitValue()
            if (returnStatus) return code
            if (code) throw new StepFailed("script returned exit code $code")
            returnStdout ? text.toString() : null
        } catch (Aborted | InterruptedException e) {
            Build.kill(p)
            throw e
        } finally {
            steps.build.running.remove(p)
        }
    }

    private void follow(InputStream stream) { stream.eachLine('UTF-8') { steps.say(it) } }

    /** Throws where the time is up or a parallel stage that failed fast asks for the end. */
    private void check() {
        for (Map s = steps.stage; s; s = s.parent) {
            if (s.deadline && System.currentTimeMillis() > (s.deadline as long)) throw new Aborted('Timeout has been exceeded')
            if (s.stop) throw new Aborted('Failed in another branch (failFast)')
        }
    }
}
