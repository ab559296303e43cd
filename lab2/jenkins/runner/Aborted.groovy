package runner

/** A timeout or failFast ended a step: ABORTED. */
class Aborted extends RuntimeException {
    Aborted(Object message) { super(message.toString()) }
}
