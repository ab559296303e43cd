package runner

import java.util.concurrent.TimeUnit

/** Runs a checked Jenkinsfile: parameters, environment, stages in order or in parallel, post. Rules are those of Jenkins's ModelInterpreter. */
class Interpreter {
    private final Build build
    private final List<String> chosen
    private final Map<String, Noted> root
    private final Set<String> options
    final List<String> stageNames
    final List<Map> summary = []

    Interpreter(Build build, Closure pipeline, List<String> chosen) {
        this.build = build
        this.chosen = chosen
        root = Block.map(pipeline)
        options = Block.list(root.options?.body)*.name as Set
        stageNames = Block.stageNames(root.stages.body)
        def unknown = chosen - stageNames
        if (unknown) throw new Usage("--stage $unknown: the file has the stages $stageNames")
    }

    /** Takes the parameters' defaults and what the caller gave instead. */
    void parameters(Map<String, String> given) {
        def declared = Block.list(root.parameters?.body).collectEntries { [it.args[0].name, [type: it.name] + it.args[0]] }
        def unknown = given.keySet() - declared.keySet()
        if (unknown) throw new Usage("--param $unknown: the file declares ${declared.keySet()}")
        declared.each { name, d ->
            def choices = d.choices instanceof List ? d.choices : d.choices?.toString()?.readLines()
            def value = given.containsKey(name) ? given[name] : (choices ? choices[0] : d.defaultValue ?: (d.type == 'booleanParam' ? false : ''))
            if (choices && !(value in choices)) throw new Usage("--param $name=$value: one of $choices")
            if (d.type == 'booleanParam' && !(value.toString() in ['true', 'false'])) throw new Usage("--param $name=$value: true or false")
            build.params[name] = d.type == 'booleanParam' ? value.toString() == 'true' : d.trim ? value.toString().trim() : value
        }
    }

    void run() {
        build.log.timestamps = 'timestamps' in options
        def top = new Steps(build, [:], build.workspace, [name: null, prefix: '', result: 'SUCCESS'])
        def inside = top
        guarded(top) {
            inside = top.with(extra: Environment.read(root.environment?.body, top))
            stages(Block.list(root.stages.body), limited(inside, root.options), chosen.empty)
        }
        post(root.post?.body, inside, build.previousResult)
    }

    boolean getConcurrent() { !('disableConcurrentBuilds' in options) }

    Integer getKeep() {
        def inner = Block.list(root.options?.body).find { it.name == 'buildDiscarder' }?.args?.getAt(0)
        inner?.args?.getAt(0)?.numToKeepStr?.toInteger()
    }

    private static Steps limited(Steps steps, Noted options) {
        def t = Block.list(options?.body).find { it.name == 'timeout' }?.args?.getAt(0)
        if (!t) return steps
        long until = System.currentTimeMillis() + TimeUnit.valueOf(t.unit ?: 'MINUTES').toMillis(t.time as long)
        steps.with(stage: [deadline: Math.min(until, (steps.stage.deadline ?: Long.MAX_VALUE) as long)])
    }

    /** Runs a body; what it throws is said, and makes the stage FAILURE or ABORTED. True where it threw. */
    private boolean guarded(Steps s, Closure body) {
        try {
            body.call()
            return false
        } catch (BelowFailed e) {
            // said and marked where it happened
        } catch (Aborted e) {
            s.say("ABORTED: $e.message")
            if (e.message.contains('failFast')) s.stage.result = 'ABORTED' // the build's result is that of the branch that failed
            else s.mark('ABORTED')
        } catch (StepFailed e) {
            s.say("ERROR: $e.message")
            s.mark('FAILURE')
        } catch (Exception e) {
            def at = e.stackTrace.find { it.fileName?.startsWith('Jenkinsfile') }
            s.say("ERROR: ${at ? "line $at.lineNumber: " : ''}${e.getClass().name}: $e.message")
            s.mark('FAILURE')
        }
        true
    }

    /** Stages one after the other; true where one threw, after which the others are skipped. */
    private boolean stages(List<Noted> list, Steps outer, boolean all) {
        boolean failed = false
        list.each { e ->
            def name = e.args[0].toString()
            if (failed) skip(outer, name, 'earlier failure(s)')
            else if ('skipStagesAfterUnstable' in options && build.result == 'UNSTABLE') skip(outer, name, 'earlier stage(s) marking the build as unstable')
            else failed = stage(name, e.body, outer, all)
        }
        failed
    }

    private boolean parallel(List<Noted> list, Steps outer, boolean all, boolean failFast) {
        def failed = Collections.synchronizedList([])
        list.collect { e ->
            def name = e.args[0].toString()
            Thread.start {
                if (!stage(name, e.body, outer.with(stage: [prefix: "${outer.stage.prefix}[$name] "]), all)) return
                failed << name
                if (failFast) outer.stage.stop = true
            }
        }*.join()
        failed
    }

    private void skip(Steps outer, String name, String why) {
        outer.say("Stage \"$name\" skipped due to $why")
        record(name, "skipped: $why")
    }

    private Map record(String name, String result) {
        def entry = [name: name, result: result]
        synchronized (summary) { summary << entry }
        entry
    }

    private boolean stage(String name, Closure body, Steps outer, boolean all) {
        def b = Block.map(body)
        def below = Block.stageNames(b.stages?.body) + Block.stageNames(b.parallel?.body)
        def mine = all || name in chosen
        if (!mine && !below.any { it in chosen }) { record(name, 'not chosen'); return false }
        def entry = record(name, 'running')
        long start = System.currentTimeMillis()
        def s = outer.with(stage: [name: name, result: 'SUCCESS'])
        s.say("[stage] $name")
        boolean skipped = false
        boolean threw = guarded(s) {
            def ready = s.with(extra: Environment.read(b.environment?.body, s))
            if (b.when && !When.holds(b.when.body, ready)) { skipped = true; return }
            def limit = limited(ready, b.options)
            int times = Block.list(b.options?.body).find { it.name == 'retry' }?.args?.getAt(0) ?: 1
            if (b.steps) limit.retry(times) { limit.run(b.steps.body) }
            def failed = b.stages ? stages(Block.list(b.stages.body), limit, mine)
                : b.parallel ? parallel(Block.list(b.parallel.body), limit, mine, 'parallelsAlwaysFailFast' in options || b.failFast?.args?.getAt(0) == true)
                : false
            if (failed) throw new BelowFailed()
        }
        if (skipped) {
            s.say("Stage \"$name\" skipped due to when conditional")
            entry.result = 'skipped: when conditional'
            return false
        }
        def forPost = s
        guarded(s) { forPost = s.with(extra: Environment.read(b.environment?.body, s)) }
        if (post(b.post?.body, forPost, build.previousResult)) threw = true
        entry.result = s.stage.result
        entry.seconds = (System.currentTimeMillis() - start) / 1000
        threw
    }

    /** The blocks of a post section that hold, in Jenkins's order; each runs, whatever became of the one before. True where one threw. */
    private boolean post(Closure body, Steps s, String before) {
        if (!body) return false
        def blocks = Block.map(body)
        boolean threw = false
        Main.known.post.findAll { blocks[it] }.each { name ->
            def own = s.stage.name ? Build.worst(s.stage.parent?.result ?: 'SUCCESS', s.stage.result) : build.result
            def now = Build.worst(build.result, own)
            def holds = [always: true, cleanup: true, success: now == 'SUCCESS', unstable: now == 'UNSTABLE',
                         failure: own == 'FAILURE', aborted: now == 'ABORTED', unsuccessful: now != 'SUCCESS',
                         changed: before == null || before != now, fixed: now == 'SUCCESS' && before in ['FAILURE', 'UNSTABLE'],
                         regression: Build.ORDER.indexOf(now) > Build.ORDER.indexOf(before ?: 'ABORTED')][name]
            if (!holds) return
            s.say("[post] $name")
            if (guarded(s) { s.run(blocks[name].body) }) threw = true
        }
        threw
    }
}
