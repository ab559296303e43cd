package runner

/** A stage below threw, and has said so already. */
class BelowFailed extends RuntimeException { }
