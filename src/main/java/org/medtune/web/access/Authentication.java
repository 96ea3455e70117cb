package org.medtune.web.access;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.medtune.MedtuneException;
import org.medtune.access.AccessToken;
import org.medtune.access.AccessTokens;
import org.medtune.access.Accounts;
import org.medtune.access.AuditTrail;
import org.medtune.access.Caller;
import org.medtune.access.LoginLimit;
import org.medtune.access.LoginTickets;
import org.medtune.access.PasswordCheck;
import org.medtune.access.Role;

/**
 * Finds out who makes a request: by a token or a password in its header, or by its session.
 */
public final class Authentication implements PasswordCheck {

    private static final String LOGIN = "login";
    private static final String FAILED = "login-failed";
    private static final String REFUSED = "refused";
    private static final String PROVIDER = "single sign-on";

    private final Accounts accounts;
    private final AccessTokens tokens;
    private final PasswordLogin passwords;
    private final LoginLimit limit;
    private final AuditTrail audit;

    Authentication(Accounts accounts, AccessTokens tokens, PasswordLogin passwords, LoginLimit limit,
            AuditTrail audit) {
        this.accounts = accounts;
        this.tokens = tokens;
        this.passwords = passwords;
        this.limit = limit;
        this.audit = audit;
    }

    /** Who has logged in with this browser. */
    Optional<Caller> ofSession(HttpServletRequest request) {
        return LoginSession.find(request, accounts);
    }

    /**
     * Who makes the request.
     *
     * @throws LoginRefusedException if the header is wrong; a session does not make up for that
     */
    Optional<Caller> of(HttpServletRequest request) throws LoginRefusedException {
        Optional<AuthorizationHeader> header = AuthorizationHeader.of(request);
        return header.isPresent() ? Optional.of(of(header.get(), request.getRemoteAddr())) : ofSession(request);
    }

    /**
     * Checks a name and a password that a person has typed.
     *
     * @throws LoginRefusedException if they are wrong, or too many were before
     */
    Caller logIn(String name, String password, String address) throws LoginRefusedException {
        Caller caller = attempt(name, address, () -> passwords.check(name, password, address));
        audit.recordOf(caller.name(), address, LOGIN, "", AuditTrail.DONE);
        return caller;
    }

    /**
     * Takes over a login that an OpenID provider has proved.
     *
     * @throws org.medtune.InvalidInputException if the provider gives the user none of our roles, or a name that will
     *                                           not do
     * @throws org.medtune.ConflictException     if a user of this server has that name: they need not be the same
     *                                           person
     */
    Caller logIn(LoginTickets.Proved proved, String address) {
        String name = proved.name();
        try {
            if (!Accounts.isName(name)) {
                throw MESSAGES.providerNameWrong(name);
            }
            if (accounts.find(name).isPresent()) {
                throw MESSAGES.providerNameTaken(name);
            }
            if (proved.roles().isEmpty()) {
                throw MESSAGES.providerRolesMissing(name, Role.ids());
            }
        } catch (MedtuneException e) {
            audit.recordOf(name, address, FAILED, PROVIDER, REFUSED);
            throw e;
        }
        audit.recordOf(name, address, LOGIN, PROVIDER, AuditTrail.DONE);
        return new Caller(name, proved.roles(), address);
    }

    @Override
    public void require(String name, String password, String address) {
        LoginLimit.Try<Caller> tried =
                limit.attempt(name, address, () -> passwords.check(name, password, address));
        if (!tried.delay().isZero()) {
            throw MESSAGES.passwordsTooOften(LoginRefusedException.seconds(tried.delay()));
        }
        if (tried.result().isEmpty()) {
            audit.recordOf(name, address, FAILED, "", REFUSED);
            throw MESSAGES.presentPasswordWrong();
        }
    }

    /** Whose name and password or whose token a header has. */
    Caller of(AuthorizationHeader header, String address) throws LoginRefusedException {
        if (!header.isToken()) {
            return attempt(header.name(), address,
                    () -> passwords.checkLately(header.name(), header.secret(), address));
        }
        // nobody guesses a token, and those that are right need not wait for others that send wrong ones
        Optional<Caller> caller = tokens.find(header.secret()).flatMap(token -> of(token, address));
        return caller.isPresent() ? caller.get() : attempt("", address, Optional::empty);
    }

    private Optional<Caller> of(AccessToken token, String address) {
        if (token.external()) {
            return Optional.of(new Caller(token.user(), token.roles(), address, true));
        }
        return accounts.find(token.user()).map(account -> {
            Set<Role> roles = EnumSet.noneOf(Role.class);
            Caller now = new Caller(account.name(), account.roles(), address);
            token.roles().stream().filter(now::is).forEach(roles::add);
            return new Caller(account.name(), roles, address, true);
        });
    }

    private Caller attempt(String name, String address, Supplier<Optional<Caller>> check)
            throws LoginRefusedException {
        LoginLimit.Try<Caller> tried = limit.attempt(name, address, check);
        if (!tried.delay().isZero()) {
            throw new LoginRefusedException(
                    MESSAGES.loginsTooOften(LoginRefusedException.seconds(tried.delay())), tried.delay());
        }
        if (tried.result().isEmpty()) {
            // a password that was typed in the wrong field is nobody's name
            boolean known = name.isEmpty() || accounts.find(name).isPresent();
            audit.recordOf(known ? name : "unknown", address, FAILED, "", REFUSED);
            throw new LoginRefusedException(MESSAGES.loginWrong(), Duration.ZERO);
        }
        return tried.result().get();
    }
}
