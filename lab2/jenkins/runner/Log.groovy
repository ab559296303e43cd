package runner

import java.time.LocalTime
import java.time.temporal.ChronoUnit

/** The build's one way out: whole lines, with the secrets masked, to stdout and to the build's log file. */
class Log {
    private final PrintStream out
    private final Writer file
    private final Set<String> secrets = new TreeSet<>({ String a, String b -> b.size() <=> a.size() ?: a <=> b } as Comparator)
    volatile boolean timestamps = false

    Log(PrintStream out, File file) {
        this.out = out
        this.file = file.newWriter('UTF-8')
    }

    /** From now on hides the value, each of its lines that is not a mere bracket, and the forms in which `sh -x` quotes them. */
    synchronized void mask(String value) {
        ([value.trim()] + value.readLines()*.trim().findAll { it.size() > 3 }).findAll { it }.each {
            secrets << it << it.replace("'", "'\\''") << it.replace("'", "'\"'\"'")
        }
    }

    synchronized void line(String prefix, Object text) {
        def masked = text.toString()
        secrets.each { masked = masked.replace(it, '****') }
        def time = timestamps ? "[${LocalTime.now().truncatedTo(ChronoUnit.SECONDS).toString().padRight(8, ':00')}] " : ''
        masked.readLines().each {
            def whole = "$time$prefix$it"
            out.println(whole)
            file.write("$whole\n")
        }
        out.flush()
        file.flush()
    }

    void close() { file.close() }
}
