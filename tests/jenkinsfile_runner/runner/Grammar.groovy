package runner

/**
 * What the Jenkinsfiles of this repository use of Declarative Pipeline. Whatever is not in this table is refused before anything runs;
 * a new option or step is added here and, if it has an effect, in Steps or Interpreter.
 *
 * Each block names the calls that may stand in it. Of a call: how many plain values it takes, which named arguments (any other is
 * refused), which block { } or inner call follows, and whether it may be repeated.
 */
class Grammar {
    static final Map<String, Map<String, Map>> BLOCKS = [
        file         : [pipeline: [block: 'pipeline']],
        pipeline     : [agent: [block: 'agent'], options: [block: 'options'], triggers: [block: 'triggers'],
                        parameters: [block: 'parameters'], stages: [block: 'stages'], post: [block: 'post']],
        agent        : [label: [values: 1]],
        options      : [timestamps: [:], timeout: [named: ['time', 'unit']], disableConcurrentBuilds: [:],
                        skipStagesAfterUnstable: [:], buildDiscarder: [inner: 'buildDiscarder']],
        buildDiscarder: [logRotator: [named: ['numToKeepStr', 'artifactNumToKeepStr']]],
        triggers     : [pollSCM: [values: 1], cron: [values: 1]],
        parameters   : [string: [named: ['name', 'defaultValue', 'description', 'trim'], repeated: true]],
        stages       : [stage: [values: 1, block: 'stage', repeated: true]],
        stage        : [environment: [block: 'environment'], when: [block: 'when'], steps: [block: 'steps'],
                        parallel: [block: 'stages'], post: [block: 'post']],
        when         : [branch: [values: 1], expression: [block: 'expression']],
        post         : [always: [block: 'steps'], unsuccessful: [block: 'steps']],
        steps        : [sh: [values: 1, repeated: true], echo: [values: 1, repeated: true],
                        junit: [named: ['testResults', 'skipOldReports'], repeated: true],
                        archiveArtifacts: [named: ['artifacts', 'fingerprint', 'allowEmptyArchive'], repeated: true]],
    ]
    /** Arguments and sections without which a call means nothing. */
    static final Map<String, List<String>> REQUIRED = [
        pipeline: ['agent', 'stages'], timeout: ['time', 'unit'], string: ['name', 'defaultValue'],
        junit: ['testResults'], archiveArtifacts: ['artifacts'],
    ]
}
