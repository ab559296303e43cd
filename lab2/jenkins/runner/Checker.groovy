package runner

import org.codehaus.groovy.ast.CodeVisitorSupport
import org.codehaus.groovy.ast.expr.*
import org.codehaus.groovy.ast.stmt.ExpressionStatement
import org.codehaus.groovy.ast.stmt.Statement
import org.codehaus.groovy.control.CompilationFailedException
import org.codehaus.groovy.control.SourceUnit

/** Reads a Jenkinsfile's syntax tree, before anything runs, and says of everything that known.json does not name where it stands. */
class Checker extends Reader {
    private final Map<String, Integer> stageLines = [:]

    Checker(Map known) { super(known) }

    /** Returns the problems, each `line N: ...`; none means that the runner knows all of it. */
    List<String> check(String name, String text) {
        def unit = SourceUnit.create(name, text)
        try {
            unit.parse()
            unit.completePhase()
            unit.convert()
        } catch (CompilationFailedException e) {
            return ["not Groovy: ${e.message.readLines().findAll { it.trim() }.drop(1).take(1).join(' ')}" as String]
        }
        def statements = unit.AST.statementBlock.statements
        if (!statements) problems << "line 1: there is no pipeline { } in the file"
        statements.each { Statement s ->
            Call found = read(s)
            if (found?.name == 'pipeline' && found.body && statements.size() == 1) pipeline(found)
            else if (found) say(s, "only one pipeline { } and nothing beside it, found '$found.name'")
        }
        problems
    }

    void pipeline(Call p) {
        def found = sections(p, 'pipeline', known.sections.pipeline)
        ['agent', 'stages'].findAll { !found[it] }.each { say(p, "the pipeline has no section '$it'") }
        common(found)
        if (found.parameters) each(found.parameters, 'parameter', known.parameters)
        if (found.triggers) each(found.triggers, 'trigger', known.triggers)
        if (found.options) each(found.options, 'option', known.options.findAll { it.value.stage != 'only' })
        if (found.stages) stages(found.stages, false)
    }

    /** The sections that a pipeline and a stage share. */
    void common(Map<String, Call> found) {
        if (found.agent) agent(found.agent)
        if (found.environment) environment(found.environment)
        if (found.post) sections(found.post, 'post', known.post).values().each { steps(it) }
    }

    void agent(Call c) {
        def names = c.body ? calls(c) : c.args.collect { new Call(it, c.lineNumber) }
        if (names.size() != 1) say(c, "'agent' takes one of: ${known.agents.keySet().join(', ')}")
        names.findAll { !(it.name in known.agents.keySet()) }.each { unknown(it, 'agent', it.name, known.agents.keySet()) }
    }

    void stages(Call parent, boolean inParallel) {
        def children = calls(parent)
        if (!children) say(parent, "'$parent.name' has no stage")
        children.each { c ->
            if (c.name == 'stage') stage(c, inParallel)
            else unknown(c, "section in $parent.name", c.name, ['stage'])
        }
    }

    void stage(Call c, boolean inParallel) {
        def name = c.args ? c.args[0].text : ''
        if (!name) say(c, "a stage needs a name")
        if (stageLines[name]) say(c, "stage '$name' stands twice, first in line ${stageLines[name]}")
        stageLines[name] = c.lineNumber
        def found = sections(c, 'stage', known.sections.stage)
        def work = ['steps', 'stages', 'parallel'].findAll { found[it] }
        if (work.size() != 1) say(c, "stage '$name' needs exactly one of steps, stages, parallel")
        if (inParallel && found.parallel) say(found.parallel, "parallel inside parallel")
        if (found.failFast && !found.parallel) say(found.failFast, "failFast without parallel")
        common(found)
        if (found.options) each(found.options, 'option of a stage', known.options.findAll { it.value.stage })
        if (found.when) when(found.when)
        if (found.steps) steps(found.steps)
        if (found.stages) stages(found.stages, inParallel)
        if (found.parallel) stages(found.parallel, true)
    }

    /** Every call of a block against a table name -> {args, inner}. */
    void each(Call parent, String kind, Map<String, Map> table) {
        calls(parent).each { c ->
            if (!table.containsKey(c.name)) return unknown(c, kind, c.name, table.keySet())
            arguments(c, kind, table[c.name])
            def inner = table[c.name].inner ?: [:]
            c.args.findAll { it instanceof MethodCallExpression }.collect { new Call(it) }.each { i ->
                if (inner.containsKey(i.name)) arguments(i, kind, [args: inner[i.name]])
                else unknown(i, "argument of $kind $c.name", i.name, inner.keySet())
            }
        }
    }

    void environment(Call block) {
        block.body.code.statements.each { Statement s ->
            def e = s instanceof ExpressionStatement ? s.expression : null
            if (!(e instanceof BinaryExpression) || e.operation.text != '=' || !(e.leftExpression instanceof VariableExpression)) {
                return say(s, "environment takes only NAME = 'value'")
            }
            def value = e.rightExpression
            if (value instanceof ConstantExpression && !(value.value instanceof String)) {
                say(s, "the value of ${e.leftExpression.text} must be quoted")
            }
            groovy(value, ['credentials'])
        }
    }

    void when(Call block) {
        def found = calls(block)
        if (!found) say(block, "'$block.name' has no condition")
        found.each { c ->
            def entry = known.conditions[c.name]
            if (entry == null) unknown(c, 'condition', c.name, known.conditions.keySet())
            else if (entry.block) when(c)
            else if (entry.groovy) c.body ? groovy(c.body) : say(c, "'$c.name' needs a block { }")
            else arguments(c, 'condition', entry)
        }
    }

    void steps(Call block) {
        def found = calls(block)
        if (block.body && !block.body.code.statements) say(block, "'$block.name' has no step")
        found.each { step(it) }
    }

    /** One step; in script { } any Groovy may stand, but its bare calls must be steps too. */
    void step(Call c, boolean inScript = false) {
        def entry = known.steps[c.name]
        if (entry == null) {
            unknown(c, 'step', c.name, known.steps.keySet())
            return
        }
        arguments(c, 'step', entry)
        if (entry.block && !c.body) say(c, "step '$c.name' needs a block { }")
        if (!entry.block && c.body) say(c, "step '$c.name' takes no block")
        if (c.name == 'withCredentials') bindings(c)
        else c.args.each { groovy(it) }
        if (c.body) inScript || c.name == 'script' ? groovy(c.body) : steps(c)
    }

    void bindings(Call c) {
        def list = c.args.find { it instanceof ListExpression }
        (list ? list.expressions : []).findAll { it instanceof MethodCallExpression }.collect { new Call(it) }.each { b ->
            if (known.bindings.containsKey(b.name)) arguments(b, 'binding', known.bindings[b.name])
            else unknown(b, 'binding', b.name, known.bindings.keySet())
        }
        if (!list) say(c, "withCredentials takes a list of bindings")
    }

    void groovy(Expression e, List<String> alsoAllowed = []) {
        e.visit(new CodeVisitorSupport() {
            @Override
            void visitMethodCallExpression(MethodCallExpression m) {
                if (!m.implicitThis || m.methodAsString in alsoAllowed) super.visitMethodCallExpression(m)
                else Checker.this.step(new Call(m), true)
            }
        })
    }
}
