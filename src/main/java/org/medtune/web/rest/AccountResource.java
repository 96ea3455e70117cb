package org.medtune.web.rest;

import static org.medtune.MedtuneMessages.MESSAGES;

import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Set;
import org.medtune.access.AccessToken;
import org.medtune.access.AccessTokens;
import org.medtune.access.Accounts;
import org.medtune.access.AuditTrail;
import org.medtune.access.Caller;
import org.medtune.access.PasswordCheck;
import org.medtune.access.Role;

/** The caller's own account: who that is, the password, and the bearer tokens. */
@Path("account")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
@Consumes(MediaType.APPLICATION_JSON)
public class AccountResource {

    @Inject
    private Accounts accounts;

    @Inject
    private AccessTokens tokens;

    @Inject
    private PasswordCheck passwords;

    @Inject
    private AuditTrail audit;

    /**
     * The caller.
     *
     * @param name  of the user
     * @param roles names of roles
     */
    public record AccountView(String name, List<String> roles) {

        static AccountView of(String name, Set<Role> roles) {
            return new AccountView(name, roles.stream().map(Role::id).sorted().toList());
        }
    }

    /**
     * The present password and the next.
     *
     * @param present the password so far
     * @param next    the new one
     */
    public record PasswordBody(String present, String next) {
    }

    /**
     * What a new token is called, and the days for which it is valid; 0 or nothing for ever.
     *
     * @param label what it is called
     * @param days  for which it is valid; 0 for ever
     */
    public record TokenBody(String label, int days) {
    }

    /**
     * A token without its secret.
     *
     * @param id      of the token
     * @param label   what it is called
     * @param roles   what it may do
     * @param created ISO 8601 in UTC
     * @param expires ISO 8601 in UTC; null for never
     */
    public record TokenView(String id, String label, List<String> roles, String created, String expires) {

        static TokenView of(AccessToken token) {
            return new TokenView(token.id(), token.label(), token.roles().stream().map(Role::id).sorted().toList(),
                    token.created(), token.expires());
        }
    }

    /**
     * A new token; the secret is shown this once.
     *
     * @param token  without the secret
     * @param secret what is sent as bearer token
     */
    public record NewTokenView(TokenView token, String secret) {
    }

    /** Tells who the caller is. */
    @GET
    public AccountView show() {
        Caller caller = Caller.current();
        return AccountView.of(caller.name(), caller.roles());
    }

    /**
     * Changes the password, which ends the user's sessions in all browsers.
     *
     * @param body the present password and the next
     */
    @PUT
    @Path("password")
    public void changePassword(PasswordBody body) {
        if (body == null || body.present() == null || body.next() == null) {
            throw MESSAGES.bodyLacks("present, next");
        }
        Caller caller = Caller.current();
        if (accounts.find(caller.name()).isEmpty()) {
            throw MESSAGES.noPasswordHere();
        }
        passwords.require(caller.name(), body.present(), caller.address());
        accounts.setPassword(caller.name(), body.next());
        audit.done("password-changed", caller.name());
    }

    /** Lists the caller's bearer tokens, without their secrets. */
    @GET
    @Path("tokens")
    public List<TokenView> tokens() {
        return tokens.of(Caller.current().name()).stream().map(TokenView::of).toList();
    }

    /**
     * Makes a bearer token, whose secret is shown this once. It takes a login: a token that somebody has found shall
     * not outlive its end or its revocation by one that it has made.
     *
     * @param body what it is called, and for how long it is valid
     */
    @POST
    @Path("tokens")
    @ApiResponse(responseCode = "201", description = "The token, with its secret",
            content = @Content(schema = @Schema(implementation = NewTokenView.class)))
    public Response make(TokenBody body) {
        Caller caller = Caller.current();
        if (caller.byToken()) {
            throw MESSAGES.tokenMakesNoToken();
        }
        if (body == null) {
            throw MESSAGES.bodyLacks("label");
        }
        AccessTokens.Made made = tokens.make(caller.name(), body.label(), caller.roles(),
                accounts.find(caller.name()).isEmpty(), body.days());
        audit.done("token-made", made.token().id());
        return Response.status(Response.Status.CREATED)
                .entity(new NewTokenView(TokenView.of(made.token()), made.secret())).build();
    }

    /**
     * Makes a bearer token worthless.
     *
     * @param id of the token
     */
    @DELETE
    @Path("tokens/{id}")
    public void revoke(@PathParam("id") String id) {
        tokens.revoke(Caller.current().name(), id);
        audit.done("token-revoked", id);
    }
}
