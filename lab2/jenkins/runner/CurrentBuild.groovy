package runner

/** `currentBuild`: a result that nobody set is null, as in Jenkins; currentResult is never null. */
class CurrentBuild {
    private final Build build
    String displayName, description
    CurrentBuild(Build build) { this.build = build }
    String getCurrentResult() { build.result }
    String getResult() { build.result == 'SUCCESS' ? null : build.result }
    void setResult(String r) { build.result = r }
    int getNumber() { build.number }
}
