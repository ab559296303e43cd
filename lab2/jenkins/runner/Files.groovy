package runner

import java.nio.file.FileVisitResult
import java.nio.file.Files as Nio
import java.nio.file.Path
import java.nio.file.SimpleFileVisitor
import java.nio.file.StandardCopyOption
import java.nio.file.attribute.BasicFileAttributes
import java.util.regex.Pattern

/** What junit and archiveArtifacts do with files; patterns are Ant's, as in Jenkins: `**` any folders, `*` and `?` within one name. */
class Files {
    /** `a/*.xml` and the like as a regular expression; a pattern that ends in / means everything below. */
    static Pattern ant(String pattern) {
        def p = pattern.endsWith('/') ? pattern + '**' : pattern
        def regex = new StringBuilder()
        for (int i = 0; i < p.size(); i++) {
            if (p.startsWith('**/', i)) { regex << '(?:[^/]+/)*'; i += 2 }
            else if (p.startsWith('/**', i) && i + 3 == p.size()) { regex << '(?:/.*)?'; i += 2 }
            else if (p.startsWith('**', i)) { regex << '.*'; i += 1 }
            else if (p[i] == '*') regex << '[^/]*'
            else if (p[i] == '?') regex << '[^/]'
            else regex << Pattern.quote(p[i])
        }
        Pattern.compile(regex.toString())
    }

    /** The files below `base` that a comma-separated list of patterns names, as sorted relative paths; .git and links to folders are left out. */
    static List<String> match(File base, String patterns, String excludes = '') {
        def list = { String s -> s.split(',')*.trim().findAll { it }.collect { ant(it) } }
        def wanted = list(patterns), unwanted = list(excludes ?: '')
        def starts = patterns.split(',')*.trim().findAll { it }.collect { start(it) }.unique()
        def found = new TreeSet<String>()
        starts.collect { new File(base, it) }.findAll { it.exists() }.each { from ->
            Nio.walkFileTree(from.toPath(), new SimpleFileVisitor<Path>() {
                FileVisitResult preVisitDirectory(Path d, BasicFileAttributes a) {
                    d.fileName?.toString() == '.git' ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE
                }
                FileVisitResult visitFile(Path f, BasicFileAttributes a) {
                    def name = base.toPath().relativize(f).toString()
                    if (f.toFile().isFile() && wanted.any { name ==~ it } && !unwanted.any { name ==~ it }) found << name
                    FileVisitResult.CONTINUE
                }
            })
        }
        found as List
    }

    /** The folders before a pattern's first wildcard: `lab2/reports/*.png` needs no walk through the rest. */
    private static String start(String pattern) {
        def parts = pattern.split('/') as List
        def fixed = parts.takeWhile { !it.contains('*') && !it.contains('?') }
        fixed.join('/')
    }

    static void copy(File base, List<String> names, File to) {
        names.each { name ->
            def target = new File(to, name)
            target.parentFile.mkdirs()
            Nio.copy(new File(base, name).toPath(), target.toPath(), StandardCopyOption.REPLACE_EXISTING)
        }
    }

    /** Counts the test cases of JUnit reports: [total, failed, skipped, names of the failed]. */
    static Map junit(File base, List<String> names) {
        def sum = [total: 0, failed: 0, skipped: 0, names: []]
        names.each { name ->
            def suite
            try {
                suite = new XmlSlurper().parse(new File(base, name))
            } catch (Exception e) {
                throw new StepFailed("junit: $name is no JUnit report: $e.message")
            }
            suite.depthFirst().findAll { it.name() == 'testcase' }.each { t ->
                sum.total++
                if (t.children().any { it.name() in ['failure', 'error'] }) {
                    sum.failed++
                    sum.names << "${t.@classname}.${t.@name}"
                } else if (t.children().any { it.name() == 'skipped' }) sum.skipped++
            }
        }
        sum
    }
}
