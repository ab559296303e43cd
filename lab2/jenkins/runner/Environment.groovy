package runner

/** Evaluates environment { }: `A = 'x'`, `B = "${A}/y"`, `C = credentials('id')`, `D = sh(script: '...', returnStdout: true).trim()`. */
class Environment {
    private final Steps _steps
    private final Map<String, String> _values = [:]

    private Environment(Steps steps) { _steps = steps }

    static Map<String, String> read(Closure body, Steps steps) {
        if (!body) return [:]
        def block = new Environment(steps)
        Closure c = body.rehydrate(block, body.owner, body.thisObject)
        c.resolveStrategy = Closure.DELEGATE_FIRST
        c.call()
        block._values
    }

    Map credentials(String id) { [credentialsId: id] }

    void propertyMissing(String name, Object value) {
        if (value instanceof Map) _values.putAll(_steps.build.secrets.environment(name, value.credentialsId as String, _steps.build.log))
        else _values[name] = value.toString()
    }

    def propertyMissing(String name) {
        if (_values.containsKey(name)) return _values[name]
        if (name in ['env', 'params', 'currentBuild']) return _steps.with(extra: _values)."$name"
        _steps.propertyMissing(name)
    }

    def methodMissing(String name, Object args) { _steps.with(extra: _values).invokeMethod(name, args) }
}
