package runner

/** A mistake of the one who called the runner. */
class Usage extends RuntimeException {
    Usage(Object message) { super(message.toString()) }
}
