package runner

/** The command line: FILE... and options; one build for each file, the exit code is that of the worst. */
class Main {
    static final Map<String, Integer> EXIT = [SUCCESS: 0, UNSTABLE: 2, FAILURE: 1, ABORTED: 1]

    /** A mistake on the command line. */
    private static class Usage extends RuntimeException {
        Usage(String message) { super(message) }
    }

    static int run(File home, List<String> args) {
        try {
            def options = options(args)
            def results = options.files.collect { build(it as File, home, options) }
            EXIT[Build.worst(results as String[])]
        } catch (Usage e) {
            System.err.println("run.sh: $e.message")
            64
        }
    }

    private static Map options(List<String> args) {
        def o = [files: [], params: [:], stages: [], check: false]
        def rest = new LinkedList<String>(args)
        while (rest) {
            def a = rest.removeFirst()
            if (a == '--check') {
                o.check = true
            } else if (a in ['--param', '--stage', '--branch', '--workspace', '--builds']) {
                if (!rest) throw new Usage("$a needs a value")
                def value = rest.removeFirst()
                if (a == '--param' && !value.contains('=')) throw new Usage("--param $value: expected NAME=VALUE")
                if (a == '--workspace' && !new File(value).directory) throw new Usage("there is no folder $value")
                if (a == '--param') o.params << [(value.split('=', 2)[0]): value.split('=', 2)[1]]
                else if (a == '--stage') o.stages << value
                else o[a.substring(2)] = value
            } else {
                if (a.startsWith('-')) throw new Usage("unknown option $a; see run.sh --help")
                if (!new File(a).file) throw new Usage("there is no file $a")
                o.files << new File(a).canonicalFile
            }
        }
        if (!o.files) throw new Usage('which Jenkinsfile? run.sh FILE...; see run.sh --help')
        o
    }

    private static String git(File at, String... args) {
        def p = new ProcessBuilder(['git'] + (args as List)).directory(at).redirectError(new File('/dev/null')).start()
        def text = p.text.trim()
        p.waitFor() == 0 ? text : null
    }

    /** Parses one file and, unless --check, runs it. Returns the result. */
    private static String build(File file, File home, Map o) {
        def parser = new Parser()
        def pipeline = parser.parse(file.name, file.text)
        if (parser.problems) {
            parser.problems.each { println "$file: $it" }
            println "Finished: FAILURE ($file was refused, nothing ran)"
            return 'FAILURE'
        }
        checkNames('--stage', o.stages as List, pipeline.stages()*.title)
        def declared = (pipeline.find('parameters')?.body ?: []).collectEntries { [it.named.name, it.named] }
        checkNames('--param', o.params.keySet() as List, declared.keySet() as List)
        if (o.check) {
            println "$file: the runner supports all of it"
            return 'SUCCESS'
        }
        def workspace = new File((o.workspace ?: git(file.parentFile, 'rev-parse', '--show-toplevel') ?: file.parent) as String).canonicalFile
        // lab2/Jenkinsfile is the job lab2-Jenkinsfile
        def job = (file.path.startsWith("$workspace.path/") ? file.path.substring(workspace.path.size() + 1) : file.name).replace('/', '-')
        def branch = o.branch ?: git(workspace, 'symbolic-ref', '--short', '-q', 'HEAD')
        def build = new Build(workspace, o.builds ? new File(o.builds as String).canonicalFile : new File(home, 'builds'), job, branch as String)
        declared.each { name, d ->
            def value = (o.params.containsKey(name) ? o.params[name] : d.defaultValue) as String
            build.params[name as String] = d.trim ? value.trim() : value
        }
        def hook = new Thread({ build.running.toArray().each { Build.kill(it as Process) } } as Runnable)
        Runtime.runtime.addShutdownHook(hook)
        new Interpreter(build: build, pipeline: pipeline, chosen: o.stages as List).run()
        Runtime.runtime.removeShutdownHook(hook)
        build.result
    }

    private static void checkNames(String option, List given, List names) {
        def unknown = given - names
        if (unknown) throw new Usage("$option ${unknown.join(', ')}: the file has ${names.join(', ')}")
    }
}
