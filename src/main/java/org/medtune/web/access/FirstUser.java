package org.medtune.web.access;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.medtune.access.Accounts;
import org.medtune.access.AuditTrail;
import org.medtune.access.OwnerFile;
import org.medtune.ops.MedtuneHome;

/**
 * Makes an administrator where there is no user yet, when the application starts. The password is printed once, to the
 * process' own standard output and past every log, and kept in a file that only the server's user can read.
 */
@Dependent
public final class FirstUser {

    static final String PASSWORD_FILE = "administrator-password.txt";

    private final Accounts accounts;
    private final MedtuneHome home;
    private final AuditTrail audit;

    @Inject
    public FirstUser(Accounts accounts, MedtuneHome home, AuditTrail audit) {
        this.accounts = accounts;
        this.home = home;
        this.audit = audit;
    }

    void create(@Observes @Initialized(ApplicationScoped.class) Object started) throws IOException {
        Path file = home.users().resolve(PASSWORD_FILE);
        boolean created = accounts.createFirst(password -> OwnerFile.write(file, text(password)));
        if (created) {
            audit.done("user-created", Accounts.ADMINISTRATOR);
            MESSAGES.firstUser(Accounts.ADMINISTRATOR, file);
            print("\nThe first user of medtune: " + Files.readString(file) + "\n");
        }
    }

    private static byte[] text(String password) {
        return (Accounts.ADMINISTRATOR + " " + password + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static void print(String text) throws IOException {
        // System.out goes to the server's log; the descriptor stays open for others
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
