package runner

/** A call that a Block noted: its name, its arguments, and the block { } that came last among them. */
class Noted {
    String name
    List args

    Closure getBody() { args && args.last() instanceof Closure ? args.last() as Closure : null }
}
