package runner

/** The conditions of when { }; all of one block must hold. (`equals` is not among them: in a closure it is Object.equals.) */
class When {
    private final Steps steps
    private final List<Boolean> held = []

    private When(Steps steps) { this.steps = steps }

    static boolean holds(Closure body, Steps steps) { read(body, steps).every() }

    private static List<Boolean> read(Closure body, Steps steps) {
        def when = new When(steps)
        Closure c = body.rehydrate(when, body.owner, body.thisObject)
        c.resolveStrategy = Closure.DELEGATE_FIRST
        c.call()
        when.held
    }

    void branch(String pattern) { branch(pattern: pattern) }
    void branch(Map a) {
        def name = steps.variables().BRANCH_NAME
        switch (a.comparator ?: 'GLOB') {
            case 'GLOB': held << (name != null && name ==~ Files.ant(a.pattern as String)); break
            case 'EQUALS': held << (name == a.pattern); break
            case 'REGEXP': held << (name != null && name ==~ (a.pattern as String)); break
            default: throw new StepFailed("branch: unknown comparator '$a.comparator' (known: GLOB, EQUALS, REGEXP)")
        }
    }

    void environment(Map a) { held << (steps.variables()[a.name as String] == a.value?.toString()) }
    void expression(Closure body) { held << (steps.run(body) as boolean) }
    void not(Closure body) { held << !read(body, steps).every() }
    void anyOf(Closure body) { held << read(body, steps).any() }
    void allOf(Closure body) { held << read(body, steps).every() }
    void beforeAgent(boolean yes) { }

    def propertyMissing(String name) { name in ['env', 'params', 'currentBuild'] ? steps."$name" : steps.propertyMissing(name) }
}
