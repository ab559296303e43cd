package runner

import org.codehaus.groovy.ast.ASTNode
import org.codehaus.groovy.ast.expr.*
import org.codehaus.groovy.ast.stmt.ExpressionStatement
import org.codehaus.groovy.ast.stmt.Statement
import org.codehaus.groovy.control.CompilationFailedException
import org.codehaus.groovy.control.SourceUnit

/** Reads a Jenkinsfile with Groovy's own parser and notes everything that is not in the Grammar, with its line. Executes nothing. */
class Parser {
    final List<String> problems = []
    private final Set<String> parameters = []

    /** The call of pipeline { }; meaningless unless there are no problems. */
    Call parse(String name, String text) {
        def unit = SourceUnit.create(name, text)
        try {
            unit.parse()
            unit.completePhase()
            unit.convert()
        } catch (CompilationFailedException e) {
            problems << ("not Groovy: ${e.message.readLines().findAll { it.trim() }.drop(1).take(1).join(' ')}" as String)
            return null
        }
        def calls = block(unit.AST.statementBlock.statements.findAll { it.lineNumber > 0 }, 'file') // an empty file has one in no line
        if (!calls && !problems) problems << 'line 1: no pipeline { } in the file'
        checkStages(calls ? calls[0].stages() : [])
        calls ? calls[0] : null
    }

    private void problem(int line, String what) { problems << ("line $line: $what" as String) }

    private List<Call> block(List<Statement> statements, String kind) {
        if (kind == 'environment') return statements.collect { assignment(it) }.findAll { it }
        if (kind == 'expression') return condition(statements)
        def calls = statements.collect { statement(it, kind) }.findAll { it }
        calls.groupBy { it.name }.each { name, same ->
            if (same.size() > 1 && !Grammar.BLOCKS[kind][name].repeated) problem(same[1].line, "'$name' is repeated in $kind")
        }
        calls
    }

    private Call statement(Statement s, String kind) {
        def e = s instanceof ExpressionStatement ? s.expression : null
        if (!(e instanceof MethodCallExpression)) {
            problem(s.lineNumber, "other Groovy code in $kind; only ${Grammar.BLOCKS[kind].keySet().join(', ')} are supported")
            return null
        }
        readCall(e, kind)
    }

    private Call readCall(MethodCallExpression e, String kind) {
        if (!e.implicitThis) {
            problem(e.method.lineNumber, "'$e.methodAsString' continues the call before it; begin a new line")
            return null
        }
        def rule = Grammar.BLOCKS[kind][e.methodAsString]
        if (rule == null) {
            problem(e.lineNumber, "unknown '$e.methodAsString' in $kind (known: ${Grammar.BLOCKS[kind].keySet().join(', ')})")
            return null
        }
        def c = new Call(name: e.methodAsString, line: e.lineNumber)
        def arguments = e.arguments instanceof TupleExpression ? e.arguments.expressions : [e.arguments]
        arguments.each { a ->
            if (a instanceof MapExpression) a.mapEntryExpressions.each { c.named[it.keyExpression.text] = value(it.valueExpression) }
            else if (a instanceof ClosureExpression && rule.block) c.body = block(a.code.statements, rule.block as String)
            else if (a instanceof MethodCallExpression && rule.inner) c.body = [readCall(a, rule.inner as String)].findAll { it }
            else if (a instanceof ClosureExpression) problem(c.line, "'$c.name' takes no block { }")
            else c.values << value(a)
        }
        checkCall(c, rule)
        if (c.name == 'string') parameters << (c.named.name as String)
        c
    }

    private void checkCall(Call c, Map rule) {
        if ((rule.block || rule.inner) && !c.body) problem(c.line, "'$c.name' is empty")
        if (c.values.size() != (rule.values ?: 0)) problem(c.line, "'$c.name' takes ${rule.values ?: 'no'} plain value, not ${c.values.size()}")
        c.named.keySet().findAll { !(it in (rule.named ?: [])) }.each {
            problem(c.line, "unknown argument '$it' of '$c.name' (known: ${(rule.named ?: ['none']).join(', ')})")
        }
        def patterns = [branch: c.values, junit: [c.named.testResults], archiveArtifacts: [c.named.artifacts]][c.name]
        if (patterns =~ (c.name == 'branch' ? /[*?]/ : /\*\*\/|\*\*\w|[?{]/)) problem(c.line, "unsupported pattern in '$c.name'")
        (Grammar.REQUIRED[c.name] ?: []).findAll { !c.named.containsKey(it) && !c.find(it) }.each { problem(c.line, "'$c.name' has no '$it'") }
    }

    private void checkStages(List<Call> stages) {
        stages.groupBy { it.title }.findAll { it.value.size() > 1 }.each { problem(it.value[1].line, "two stages are named '$it.key'") }
        stages.each { s ->
            if (!s.find('steps') == !s.find('parallel')) problem(s.line, "stage '$s.title' needs either steps or parallel")
            if (s.find('parallel')?.stages()?.any { it.find('parallel') }) problem(s.line, "parallel inside parallel in stage '$s.title'")
        }
    }

    private Call assignment(Statement s) {
        def e = s instanceof ExpressionStatement ? s.expression : null
        if (!(e instanceof BinaryExpression) || e.operation.text != '=' || !(e.leftExpression instanceof VariableExpression)) {
            problem(s.lineNumber, "environment takes only NAME = 'value'")
            return null
        }
        def text = value(e.rightExpression)
        if (!(text instanceof String)) problem(s.lineNumber, "the value of ${e.leftExpression.name} must be a quoted string")
        new Call(name: e.leftExpression.name, line: s.lineNumber, values: [text])
    }

    /** The one comparison of `expression { params.NAME != 'value' }`, as a call of the operator. */
    private List<Call> condition(List<Statement> statements) {
        def e = statements.size() == 1 && statements[0] instanceof ExpressionStatement ? statements[0].expression : null
        if (!(e instanceof BinaryExpression) || !(e.operation.text in ['==', '!='])) {
            problem(statements ? statements[0].lineNumber : 0, "expression { } takes one comparison with == or !=")
            return [new Call()]
        }
        [new Call(name: e.operation.text, line: e.lineNumber, values: [value(e.leftExpression), value(e.rightExpression)])]
    }

    /** A constant as it is; a property or a string with `${...}` as the list of its parts, which Steps.text joins when it runs. */
    private Object value(Expression e) {
        if (e instanceof ConstantExpression) return e.value
        if (e instanceof PropertyExpression) return [property(e)]
        if (e instanceof GStringExpression) {
            def parts = []
            e.strings.eachWithIndex { s, i ->
                parts << (s as ConstantExpression).value
                if (i < e.values.size()) parts << property(e.values[i])
            }
            return parts
        }
        problem(e.lineNumber, "unsupported value '$e.text'")
        ''
    }

    /** `params.NAME`, `env.NAME` or `currentBuild.currentResult` as [object, name]. */
    private List<String> property(ASTNode e) {
        def owner = e instanceof PropertyExpression ? e.objectExpression.text : ''
        def name = e instanceof PropertyExpression ? e.propertyAsString : e.text
        def readable = owner == 'env' || (owner == 'params' && name in parameters) || (owner == 'currentBuild' && name == 'currentResult')
        if (!readable) problem(e.lineNumber, "cannot read '$e.text'; only env.NAME, a declared params.NAME, currentBuild.currentResult")
        [owner, name]
    }
}
