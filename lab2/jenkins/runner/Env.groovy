package runner

/** `env.NAME` and `env.NAME = 'x'`. */
class Env {
    private final Steps steps
    Env(Steps steps) { this.steps = steps }
    def propertyMissing(String name) { steps.variables()[name] }
    void propertyMissing(String name, Object value) { steps.build.assigned[name] = value.toString() }
}
