package org.medtune.web.access;

import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.medtune.access.AccessTokens;
import org.medtune.access.Accounts;
import org.medtune.access.AuditTrail;
import org.medtune.access.LoginTickets;
import org.medtune.access.LoginLimit;
import org.medtune.audit.AuditLog;
import org.medtune.ops.MedtuneHome;
import org.medtune.ops.Setting;

/** Gives the container users, tokens and the audit log, which know no container themselves. */
@Dependent
public final class AccessBeans {

    @Produces
    @Singleton
    static Accounts accounts(MedtuneHome home) {
        return new Accounts(home.users().resolve("application"));
    }

    @Produces
    @Singleton
    static AccessTokens tokens(MedtuneHome home) {
        return new AccessTokens(home.users().resolve("tokens.json"));
    }

    @Produces
    @Singleton
    static Authentication authentication(Accounts accounts, AccessTokens tokens, AuditTrail audit) {
        return new Authentication(accounts, tokens, new PasswordLogin(accounts), new LoginLimit(), audit);
    }

    @Produces
    @Singleton
    static LoginTickets loginTickets() {
        return new LoginTickets();
    }

    @Produces
    @Singleton
    static AuditLog auditLog(MedtuneHome home) {
        return AuditLog.open(home.audit(Setting.text("server.name", "")));
    }

    static void release(@Disposes AuditLog log) {
        log.close();
    }

    @Produces
    @Singleton
    static AuditTrail auditTrail(AuditLog log) {
        return new AuditTrail(log, Setting.isOn("audit.questions"));
    }
}
