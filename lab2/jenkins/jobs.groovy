// Job DSL: the jobs that the server has. REPOSITORY_URL is the clone URL that the push hook names, too.
def repository = System.getenv('REPOSITORY_URL') ?: 'file:///srv/git/repository.git'

pipelineJob('lab2-weather') {
    description('Will it rain tomorrow? lab2/Jenkinsfile of the branch main.')
    properties {
        pipelineTriggers {
            triggers {
                pollSCM {
                    scmpoll_spec('') // no timetable: a push is told by the hook
                }
            }
        }
    }
    definition {
        cpsScm {
            scm {
                git {
                    remote {
                        url(repository)
                    }
                    branch('*/main')
                }
            }
            scriptPath('lab2/Jenkinsfile')
            lightweight(true)
        }
    }
}

// the whole repository; the data product with its image and its deployment
[mlops: 'Jenkinsfile', 'data-product': 'final/Jenkinsfile'].each { name, file ->
    multibranchPipelineJob(name) {
        description("${file} of every branch.")
        branchSources {
            git {
                id("${name}-repository") // constant: a new id would make Jenkins build every branch anew
                remote(repository)
                includes('*')
            }
        }
        factory {
            workflowBranchProjectFactory {
                scriptPath(file)
            }
        }
        triggers {
            periodicFolderTrigger {
                interval('1d') // only for a push whose hook did not reach the server
            }
        }
        orphanedItemStrategy {
            discardOldItems {
                numToKeep(20)
            }
        }
    }
}
