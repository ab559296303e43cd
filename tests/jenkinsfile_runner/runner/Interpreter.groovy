package runner

import java.util.concurrent.TimeUnit

/**
 * Runs a parsed Jenkinsfile: parameters, stages in order or in parallel, when, post; the rules are those of Jenkins's ModelInterpreter.
 * agent, triggers, timestamps and disableConcurrentBuilds are checked and have no effect here.
 */
class Interpreter {
    Build build
    Call pipeline
    List<String> chosen
    private final Map<String, String> summary = Collections.synchronizedMap([:])

    void run() {
        def limit = option('timeout')
        if (limit) build.deadline = build.started + TimeUnit.valueOf(limit.named.unit as String).toMillis(limit.named.time as long)
        build.say('', "Build $build.job #$build.number in $build.workspace${build.branch ? ", branch $build.branch" : ''}")
        runStages()
        build.deadline = Long.MAX_VALUE
        post(pipeline, new Steps(build: build))
        build.say('', 'Stages:')
        pipeline.stages().findAll { summary[it.title] }.each { build.say('', "  ${summary[it.title]}") }
        build.say('', "Finished: $build.result")
        build.finish(option('buildDiscarder')?.find('logRotator')?.named?.numToKeepStr?.toString()?.toInteger())
    }

    private Call option(String name) { pipeline.find('options')?.find(name) }

    private void runStages() {
        boolean failed = false
        pipeline.find('stages').body.each { stage ->
            if (failed) skip(stage, 'earlier failure(s)')
            else if (option('skipStagesAfterUnstable') && build.result == 'UNSTABLE') skip(stage, 'earlier stage(s) marking the build as unstable')
            else failed = Build.worst(runStage(stage, !chosen), 'UNSTABLE') != 'UNSTABLE'
        }
    }

    private void skip(Call stage, String why, String prefix = '') {
        build.say(prefix, "Stage \"$stage.title\" skipped due to $why")
        note(stage, "skipped: $why")
    }

    private void note(Call stage, String result, String seconds = '-') { summary[stage.title] = "${seconds.padLeft(8)}  $stage.title: $result" }

    /** Runs one stage, if it or a stage in it is chosen, and returns its result. */
    private String runStage(Call stage, boolean all, String prefix = '') {
        def mine = all || stage.title in chosen
        if (!mine && !stage.stages().any { it.title in chosen }) {
            note(stage, 'not chosen')
            return 'SUCCESS'
        }
        def steps = new Steps(build: build, stage: stage.title, prefix: prefix)
        stage.find('environment')?.body?.each { steps.own[it.name] = it.values[0] as String }
        steps.say("[stage] $stage.title")
        if (!(stage.find('when')?.body ?: []).every { holds(it, steps) }) {
            skip(stage, 'when conditional', prefix)
            return 'SUCCESS'
        }
        long start = System.currentTimeMillis()
        if (stage.find('steps')) steps.run(stage.find('steps').body)
        else parallel(stage.find('parallel').body, mine).each { steps.worsen(it) }
        post(stage, steps)
        note(stage, steps.result, String.format(Locale.ROOT, '%.1f s', (System.currentTimeMillis() - start) / 1000d))
        steps.result
    }

    private List<String> parallel(List<Call> stages, boolean all) {
        def results = Collections.synchronizedList([])
        stages.collect { s -> Thread.start { results << runStage(s, all, "[$s.title] ") } }*.join()
        results
    }

    private boolean holds(Call condition, Steps steps) {
        if (condition.name == 'branch') return condition.values[0] == steps.build.branch
        def comparison = condition.body[0]
        def equal = steps.text(comparison.values[0]) == steps.text(comparison.values[1])
        equal == (comparison.name == '==')
    }

    /** The blocks of a post section whose condition holds, in Jenkins's order; each runs, whatever became of the one before. */
    private void post(Call owner, Steps steps) {
        ['always', 'unsuccessful'].each { name ->
            def block = owner.find('post')?.find(name)
            def good = Build.worst(steps.build.result, steps.result) == 'SUCCESS'
            if (!block || (name == 'unsuccessful' && good)) return
            steps.say("[post] $name")
            steps.run(block.body)
        }
    }
}
