package runner

/** One build: number, folder, log, parameters, and the result so far, which can only get worse. */
class Build {
    static final List<String> ORDER = ['SUCCESS', 'UNSTABLE', 'FAILURE', 'ABORTED']
    final long started = System.currentTimeMillis()
    final Map<String, String> params = [:]
    final List<Process> running = Collections.synchronizedList([])
    final File workspace, folder
    final String job, branch
    final int number
    long deadline = Long.MAX_VALUE
    private final Writer log
    private String result = 'SUCCESS'

    Build(File workspace, File builds, String job, String branch) {
        this.workspace = workspace
        this.job = job
        this.branch = branch
        def jobFolder = new File(builds, job)
        jobFolder.mkdirs()
        int n = (numbers(jobFolder).max() ?: 0) + 1
        while (!new File(jobFolder, n as String).mkdir()) n++ // mkdir is atomic: two runs at once get two numbers
        number = n
        folder = new File(jobFolder, n as String)
        log = new File(folder, 'log').newWriter('UTF-8')
    }

    private static List<Integer> numbers(File jobFolder) { jobFolder.list().findAll { it.isInteger() }*.toInteger() }

    static String worst(String... results) { results.max { ORDER.indexOf(it) } }

    synchronized String getResult() { result }

    synchronized void worsen(String other) { result = worst(result, other) }

    synchronized void say(String prefix, Object text) {
        text.toString().readLines().each {
            println(prefix + it)
            log.write("$prefix$it\n")
        }
        System.out.flush()
        log.flush()
    }

    /** What every step finds in its environment, before the stage's own variables. */
    Map<String, String> environment() {
        Map<String, String> env = new HashMap<>(System.getenv())
        env.remove('JAVA_OPTS') // the runner's own
        env += [CI: 'true', BUILD_NUMBER: number as String, JOB_NAME: job, WORKSPACE: workspace.path, BUILD_TAG: "jenkins-$job-$number" as String]
        if (branch) env.BRANCH_NAME = branch
        env + params
    }

    /** Ends a process and all that it started. */
    static void kill(Process p) {
        def all = p.toHandle().descendants().toArray() as List
        p.destroy()
        all*.destroy()
        if (!p.waitFor(5, java.util.concurrent.TimeUnit.SECONDS)) p.destroyForcibly()
        all.findAll { it.alive }*.destroyForcibly()
    }

    /** Closes the log and removes the builds that buildDiscarder does not keep. */
    void finish(Integer keep) {
        log.close()
        if (keep) numbers(folder.parentFile).findAll { it <= number - keep }.each { new File(folder.parentFile, "$it").deleteDir() }
    }
}
