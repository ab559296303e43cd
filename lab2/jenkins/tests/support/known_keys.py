"""What the server's files may say: checked lists, since no server can be asked here."""

# From the documentation and sources of configuration-as-code, ssh-slaves, credentials and job-dsl.
NODE = "jenkins.nodes.permanent"
HOST_KEY = f"{NODE}.launcher.ssh.sshHostKeyVerificationStrategy"
SSH_KEY = "credentials.system.domainCredentials.credentials.basicSSHUserPrivateKey"
CASC_KEYS = {
    "": "jenkins credentials unclassified jobs",
    "jenkins": "systemMessage numExecutors mode securityRealm authorizationStrategy crumbIssuer nodes",
    "jenkins.securityRealm": "local",
    "jenkins.securityRealm.local": "allowsSignup users",
    "jenkins.securityRealm.local.users": "id password",
    "jenkins.authorizationStrategy": "loggedInUsersCanDoAnything",
    "jenkins.authorizationStrategy.loggedInUsersCanDoAnything": "allowAnonymousRead",
    "jenkins.crumbIssuer": "standard",
    "jenkins.crumbIssuer.standard": "excludeClientIPFromCrumb",
    "jenkins.nodes": "permanent",
    NODE: "name labelString numExecutors remoteFS retentionStrategy launcher",
    f"{NODE}.launcher": "ssh",
    f"{NODE}.launcher.ssh": "host port credentialsId sshHostKeyVerificationStrategy",
    HOST_KEY: "manuallyProvidedKeyVerificationStrategy",
    f"{HOST_KEY}.manuallyProvidedKeyVerificationStrategy": "key",
    "credentials": "system",
    "credentials.system": "domainCredentials",
    "credentials.system.domainCredentials": "credentials",
    "credentials.system.domainCredentials.credentials": "basicSSHUserPrivateKey",
    SSH_KEY: "scope id username privateKeySource",
    f"{SSH_KEY}.privateKeySource": "directEntry",
    f"{SSH_KEY}.privateKeySource.directEntry": "privateKey",
    "unclassified": "location",
    "unclassified.location": "url",
    "jobs": "file",
}
# From the Job DSL of job-dsl, git and workflow-multibranch: which calls may stand in which block.
JOB_DSL = {
    "": "System.getenv pipelineJob .each",
    ".each": "multibranchPipelineJob",
    "pipelineJob": "description properties definition",
    "pipelineJob.properties": "pipelineTriggers",
    "pipelineJob.properties.pipelineTriggers": "triggers",
    "pipelineJob.properties.pipelineTriggers.triggers": "pollSCM",
    "pipelineJob.properties.pipelineTriggers.triggers.pollSCM": "scmpoll_spec",
    "pipelineJob.definition": "cpsScm",
    "pipelineJob.definition.cpsScm": "scm scriptPath lightweight",
    "pipelineJob.definition.cpsScm.scm": "git",
    "pipelineJob.definition.cpsScm.scm.git": "remote branch",
    "pipelineJob.definition.cpsScm.scm.git.remote": "url",
    ".each.multibranchPipelineJob": "description branchSources factory triggers orphanedItemStrategy",
    ".each.multibranchPipelineJob.branchSources": "git",
    ".each.multibranchPipelineJob.branchSources.git": "id remote includes",
    ".each.multibranchPipelineJob.factory": "workflowBranchProjectFactory",
    ".each.multibranchPipelineJob.factory.workflowBranchProjectFactory": "scriptPath",
    ".each.multibranchPipelineJob.triggers": "periodicFolderTrigger",
    ".each.multibranchPipelineJob.triggers.periodicFolderTrigger": "interval",
    ".each.multibranchPipelineJob.orphanedItemStrategy": "discardOldItems",
    ".each.multibranchPipelineJob.orphanedItemStrategy.discardOldItems": "numToKeep",
}
