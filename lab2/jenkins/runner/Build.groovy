package runner

/** One build: its number and folder, parameters, credentials, and the result so far, which can only get worse. */
class Build {
    static final List<String> ORDER = ['SUCCESS', 'UNSTABLE', 'FAILURE', 'ABORTED']
    final long started = System.currentTimeMillis()
    final File workspace, folder
    final String job, branch, previousResult
    final int number
    final Log log
    final Secrets secrets
    final Map<String, Object> params = [:]
    final Map<String, String> assigned = Collections.synchronizedMap([:]) // env.NAME = 'x' in a script
    final List<Process> running = Collections.synchronizedList([])
    private String result = 'SUCCESS'

    Build(File workspace, File builds, String job, String branch, Secrets secrets) {
        this.workspace = workspace
        this.job = job
        this.branch = branch
        this.secrets = secrets
        def jobFolder = new File(builds, job)
        jobFolder.mkdirs()
        def earlier = numbers(jobFolder)
        int n = (earlier.max() ?: 0) + 1
        while (!new File(jobFolder, n as String).mkdir()) n++ // mkdir is atomic: two runs at once get two numbers
        number = n
        folder = new File(jobFolder, n as String)
        previousResult = earlier.sort().reverse().collect { new File(jobFolder, "$it/result") }.find { it.exists() }?.text
        log = new Log(System.out, new File(folder, 'log'))
    }

    private static List<Integer> numbers(File jobFolder) { jobFolder.list().findAll { it.isInteger() }*.toInteger() }

    static String worst(String... results) { results.max { ORDER.indexOf(it) } }

    synchronized String getResult() { result }

    synchronized void setResult(String r) {
        if (!(r in ORDER)) throw new StepFailed("there is no result '$r' (known: ${ORDER.join(', ')})")
        result = worst(result, r)
    }

    /** What every step finds in its environment, before the Jenkinsfile's own variables. */
    Map<String, String> environment() {
        Map<String, String> env = new HashMap<>(System.getenv())
        env.keySet().removeAll(secrets.variables)
        // what this very runner needed, no step asked for
        env.keySet().removeAll(['JAVA_OPTS', 'CLASSPATH'])
        env += [CI: 'true', BUILD_NUMBER: "$number" as String, BUILD_ID: "$number" as String, JOB_NAME: job, WORKSPACE: workspace.path,
                BUILD_TAG: "jenkins-$job-$number" as String, NODE_NAME: 'here', EXECUTOR_NUMBER: '0']
        if (branch) env.BRANCH_NAME = branch
        params.each { k, v -> env[k] = v.toString() }
        env + assigned
    }

    /** Ends what a timeout, failFast or Ctrl-C left running: the process and all it started. */
    static void kill(Process p) {
        def all = p.toHandle().descendants().toArray() as List
        p.destroy()
        all*.destroy()
        if (!p.waitFor(5, java.util.concurrent.TimeUnit.SECONDS)) p.destroyForcibly()
        all.findAll { it.isAlive() }*.destroyForcibly()
    }

    /** Writes the result for the next build's `changed` and `fixed`, and keeps only the last builds where the Jenkinsfile says so. */
    void finish(Integer keep) {
        new File(folder, 'result').text = result
        if (keep) numbers(folder.parentFile).findAll { it <= number - keep }.each { new File(folder.parentFile, "$it").deleteDir() }
        log.close()
    }
}
