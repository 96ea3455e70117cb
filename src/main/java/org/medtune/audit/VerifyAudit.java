package org.medtune.audit;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The command {@code verify-audit.sh FOLDER [HASH]}: follows the log's chain, tells its end, and finds the line with a
 * hash that was noted before. Ends with 0 if all is well, 1 if not, 2 if it was not understood.
 */
public final class VerifyAudit {

    private VerifyAudit() {
    }

    /** Checks the log and ends the process. */
    public static void main(String[] arguments) throws IOException {
        System.exit(run(arguments, System.out, System.err));
    }

    static int run(String[] arguments, PrintStream out, PrintStream errors) throws IOException {
        if (arguments.length < 1 || arguments.length > 2 || !Files.isDirectory(Path.of(arguments[0]))) {
            errors.println("usage: verify-audit.sh FOLDER [HASH]");
            errors.println("FOLDER is the audit log's, HASH that of a line which was its end before.");
            return 2;
        }
        AuditCheck check = AuditCheck.contains(Path.of(arguments[0]), arguments.length == 2 ? arguments[1] : null);
        out.println(check.lines() + " lines are intact; the last is number " + check.sequence() + " with the hash "
                + check.head());
        if (!check.failure().isEmpty()) {
            errors.println("The chain breaks in " + check.failure() + ".");
        } else if (!check.found()) {
            errors.println("No line has the hash " + arguments[1] + ": the log was shortened or replaced.");
        }
        return check.intact() ? 0 : 1;
    }
}
