package runner

import groovy.json.JsonSlurper
import org.codehaus.groovy.control.CompilerConfiguration

/** The command line: FILE... and options; one build each, the exit code is that of the worst. */
class Main {
    static Map known
    static final Map<String, Integer> EXIT = [SUCCESS: 0, UNSTABLE: 2, FAILURE: 1, ABORTED: 1]

    static int run(File home, List<String> args) {
        known = new JsonSlurper().parse(new File(home, 'known.json')) as Map
        try {
            def o = options(args)
            def results = o.files.collect { one(it as File, home, o) }
            EXIT[Build.worst(results as String[])]
        } catch (Usage e) {
            System.err.println("run.sh: $e.message")
            64
        }
    }

    private static Map options(List<String> args) {
        def o = [files: [], params: [:], stages: [], check: false, secrets: new Secrets()]
        def rest = new LinkedList<String>(args)
        def value = { String option -> rest ? rest.removeFirst() : { throw new Usage("$option needs a value") }() }
        while (rest) {
            def a = rest.removeFirst()
            switch (a) {
                case '--param':
                    def pair = value(a).split('=', 2)
                    if (pair.size() != 2) throw new Usage("--param ${pair[0]}: expected NAME=VALUE")
                    o.params[pair[0]] = pair[1]
                    break
                case '--stage': o.stages << value(a); break
                case '--branch': o.branch = value(a); break
                case '--credential': o.secrets.add(value(a)); break
                case '--workspace': o.workspace = folder(value(a)); break
                case '--builds': o.builds = new File(value(a)).canonicalFile; break
                case '--check': o.check = true; break
                case ~/-.*/: throw new Usage("unknown option $a; see run.sh --help")
                default:
                    if (!new File(a).isFile()) throw new Usage("there is no file $a")
                    o.files << new File(a).canonicalFile
            }
        }
        if (!o.files) throw new Usage('which Jenkinsfile? run.sh FILE...; see run.sh --help')
        o
    }

    private static File folder(String path) {
        def f = new File(path)
        if (!f.isDirectory()) throw new Usage("there is no folder $path")
        f.canonicalFile
    }

    private static String git(File at, String... args) {
        def p = new ProcessBuilder(['git'] + (args as List)).directory(at).redirectError(new File('/dev/null')).start()
        def text = p.text.trim()
        p.waitFor() == 0 ? text : null
    }

    /** Checks one file and, unless --check, runs it. Returns the result. */
    private static String one(File file, File home, Map o) {
        def problems = new Checker(known).check(file.name, file.text)
        if (problems) {
            problems.each { println "$file: $it" }
            println "Finished: FAILURE ($file was refused, nothing ran)"
            return 'FAILURE'
        }
        if (o.check) {
            println "$file: every section, option and step is known"
            return 'SUCCESS'
        }
        def top = git(file.parentFile, 'rev-parse', '--show-toplevel')
        File workspace = o.workspace ?: new File(top ?: file.parent).canonicalFile
        // the name says the path below the workspace: lab2/Jenkinsfile -> lab2-Jenkinsfile
        def job = (file.path.startsWith(workspace.path + '/') ? file.path.substring(workspace.path.size() + 1) : file.name).replace('/', '-')
        def branch = o.branch ?: git(workspace, 'symbolic-ref', '--short', '-q', 'HEAD')
        def build = new Build(workspace, o.builds as File ?: new File(home, 'builds'), job, branch, o.secrets as Secrets)
        def hook = new Thread({ build.running.toArray().each { Build.kill(it as Process) } } as Runnable)
        Runtime.runtime.addShutdownHook(hook)
        try {
            execute(build, closure(file), o)
        } finally {
            Runtime.runtime.removeShutdownHook(hook)
        }
    }

    private static Closure closure(File file) {
        Closure found = null
        def script = new GroovyShell(Main.classLoader, new Binding(), new CompilerConfiguration()).parse(file.text, "Jenkinsfile_${file.name.hashCode().abs()}.groovy")
        script.metaClass.pipeline = { Closure c -> found = c }
        script.run()
        found
    }

    private static String execute(Build build, Closure pipeline, Map o) {
        def interpreter = new Interpreter(build, pipeline, o.stages as List)
        interpreter.parameters(o.params as Map)
        def lock = interpreter.concurrent ? null : wait(build)
        build.log.line('', "Build $build.job #$build.number in $build.workspace${build.branch ? ", branch $build.branch" : ''}")
        interpreter.run()
        build.log.timestamps = false
        build.log.line('', 'Stages:')
        interpreter.stageNames.collect { n -> interpreter.summary.find { it.name == n } }.findAll { it }.each {
            def seconds = it.seconds == null ? '-' : String.format(Locale.ROOT, '%.1f s', it.seconds as double)
            build.log.line('', "  ${seconds.padLeft(8)}  $it.name: $it.result")
        }
        build.log.line('', "Finished: $build.result")
        build.finish(interpreter.keep)
        lock?.close()
        build.result
    }

    /** disableConcurrentBuilds: waits until no other build of the job holds the lock; a build that dies loses it by itself. */
    private static Closeable wait(Build build) {
        def file = new RandomAccessFile(new File(build.folder.parentFile, '.lock'), 'rw')
        if (!file.channel.tryLock()) {
            build.log.line('', 'waiting for another build of this job (disableConcurrentBuilds)')
            file.channel.lock()
        }
        file
    }
}
