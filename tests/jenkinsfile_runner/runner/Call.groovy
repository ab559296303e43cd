package runner

/** One call of a Jenkinsfile, `name(values, key: value) { body }`, or one assignment of environment { }. */
class Call {
    String name
    int line
    List values = []
    Map<String, Object> named = [:]
    List<Call> body

    /** The first call of that name in the body, or null. */
    Call find(String name) { body?.find { it.name == name } }

    /** The stages in this block and below it, in the file's order. */
    List<Call> stages() { (body ?: []).collectMany { (it.name == 'stage' ? [it] : []) + it.stages() } }

    /** A stage's name. */
    String getTitle() { values[0] }
}
