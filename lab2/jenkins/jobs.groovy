// Job DSL: the jobs of the server. REPOSITORY_URL is the clone URL, the same as in the push hook's settings.
def repository = System.getenv('REPOSITORY_URL') ?: 'file:///srv/git/repository.git'

pipelineJob('lab2-weather') {
    description('Will it rain tomorrow? lab2/Jenkinsfile of the branch main.')
    properties {
        pipelineTriggers {
            triggers {
                pollSCM {
                    scmpoll_spec('') // no schedule: the push hook triggers the poll
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
                id("${name}-repository") // constant: with a new id Jenkins would build every branch again
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
                interval('1d') // for pushes whose hook did not reach the server
            }
        }
        orphanedItemStrategy {
            discardOldItems {
                numToKeep(20)
            }
        }
    }
}
