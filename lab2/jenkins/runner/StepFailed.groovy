package runner

/** A step failed: the stage, and with it the build, is FAILURE. */
class StepFailed extends RuntimeException {
    StepFailed(Object message) { super(message.toString()) }
}
