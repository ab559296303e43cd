package runner

/** junit and archiveArtifacts. */
class Reports {
    private final Steps steps
    Reports(Steps steps) { this.steps = steps }

    void junit(Map a) {
        def names = Files.match(steps.folder, a.testResults.toString())
        def old = names.findAll { new File(steps.folder, it).lastModified() + 1000 < steps.build.started }
        if (a.skipOldReports) names -= old
        else old.each { steps.say("junit: $it is older than this build and counts all the same; skipOldReports: true leaves it out") }
        if (!names) {
            def why = old ? "Test reports were found but none of them are new: ${old.join(', ')}" : "No test report files were found for '$a.testResults'"
            if (!a.allowEmptyResults) throw new StepFailed("junit: $why")
            steps.say("junit: $why")
            return
        }
        def sum = Files.junit(steps.folder, names)
        steps.say("junit: $sum.total tests, $sum.failed failed, $sum.skipped skipped in ${names.join(', ')}")
        if (!sum.total && !a.allowEmptyResults) throw new StepFailed('junit: None of the test reports contained any result')
        sum.names.each { steps.say("junit: FAILED $it") }
        if (sum.failed) steps.mark('UNSTABLE', a.skipMarkingBuildUnstable ? 'SUCCESS' : 'UNSTABLE')
    }

    void archive(Map a) {
        if (a.onlyIfSuccessful && steps.build.result != 'SUCCESS') {
            steps.say("archiveArtifacts: skipped, the build is ${steps.build.result}")
            return
        }
        def names = Files.match(steps.folder, a.artifacts.toString(), a.excludes?.toString())
        if (!names) {
            def why = "No artifacts found that match the file pattern \"$a.artifacts\". Configuration error?"
            if (!a.allowEmptyArchive) throw new StepFailed(why)
            steps.say("archiveArtifacts: $why")
            return
        }
        Files.copy(steps.folder, names, new File(steps.build.folder, 'archive'))
        steps.say("archiveArtifacts: ${names.join(', ')}")
    }
}
