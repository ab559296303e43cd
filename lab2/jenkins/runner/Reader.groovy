package runner

import org.codehaus.groovy.ast.expr.MethodCallExpression
import org.codehaus.groovy.ast.stmt.ExpressionStatement
import org.codehaus.groovy.ast.stmt.Statement

/** Reads the calls of a block from the syntax tree and notes what is wrong with them. */
class Reader {
    final Map known
    final List<String> problems = []

    Reader(Map known) { this.known = known }

    void say(where, String what) { problems << ("line ${where.lineNumber}: $what" as String) }

    void unknown(where, String kind, String name, known) {
        say(where, "unknown $kind '$name' (known: ${known.join(', ')})")
    }

    /** One statement that must be `name(...) { }`; null, and a problem, where it is something else. */
    Call read(Statement s) {
        def e = s instanceof ExpressionStatement ? s.expression : null
        if (!(e instanceof MethodCallExpression)) {
            say(s, "expected a section, option or step, found other Groovy code; that belongs into script { }")
            return null
        }
        if (!e.implicitThis) {
            say(e.method, "'${e.methodAsString}' goes on with the call before it on the same line; begin a new line")
            return null
        }
        new Call(e)
    }

    List<Call> calls(Call parent) {
        if (!parent.body) {
            say(parent, "'$parent.name' needs a block { }")
            return []
        }
        parent.body.code.statements.collect { read(it) }.findAll { it }
    }

    Map<String, Call> sections(Call parent, String kind, List allowed) {
        Map<String, Call> found = [:]
        calls(parent).each { c ->
            if (!(c.name in allowed)) unknown(c, "section in $kind", c.name, allowed)
            else if (found[c.name]) say(c, "section '$c.name' stands twice in one $kind")
            else found[c.name] = c
        }
        found
    }

    void arguments(Call c, String kind, Map entry) {
        c.named.keySet().findAll { !(it in (entry.args ?: [])) }
            .each { say(c, "unknown argument '$it' of $kind '$c.name' (known: ${(entry.args ?: ['none']).join(', ')})") }
    }
}
