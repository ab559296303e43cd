package runner

/** Calls a block of the Jenkinsfile and notes what it calls, one level deep; the blocks inside stay closures for later. */
class Block {
    final List<Noted> entries = []

    static List<Noted> list(Closure body) {
        if (!body) return []
        def block = new Block()
        Closure c = body.rehydrate(block, body.owner, body.thisObject)
        c.resolveStrategy = Closure.DELEGATE_FIRST
        c.call()
        // `a(b(1))` notes b, then a with b among its arguments
        block.entries.findAll { e -> !block.entries.any { it.args.any { a -> a.is(e) } } }
    }

    static Map<String, Noted> map(Closure body) { list(body).collectEntries { [it.name, it] } }

    /** The names of all stages below a `stages` or `parallel` block. */
    static List<String> stageNames(Closure body) {
        list(body).collectMany { e ->
            def inner = map(e.body)
            [e.args[0].toString()] + stageNames(inner.stages?.body) + stageNames(inner.parallel?.body)
        }
    }

    def methodMissing(String name, Object args) {
        def e = new Noted(name: name, args: args as List)
        entries << e
        e
    }

    /** `agent any`, and `parameters { string(defaultValue: NAME) }`, which no one should write. */
    def propertyMissing(String name) { name }
}
