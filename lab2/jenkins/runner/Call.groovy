package runner

import org.codehaus.groovy.ast.expr.*

/** `name(args, key: value) { body }` as it stands in the syntax tree. */
class Call {
    String name
    int lineNumber
    List<Expression> args = []
    Map<String, Expression> named = [:]
    ClosureExpression body

    Call(MethodCallExpression e) {
        name = e.methodAsString
        lineNumber = e.lineNumber
        def all = e.arguments instanceof TupleExpression ? e.arguments.expressions : [e.arguments]
        all.each { a ->
            if (a instanceof MapExpression) a.mapEntryExpressions.each { named[it.keyExpression.text] = it.valueExpression }
            else if (a instanceof ClosureExpression) body = a
            else args << a
        }
        args.addAll(named.values())
    }

    Call(Expression bare, int line) {
        name = bare.text
        lineNumber = line
    }
}
