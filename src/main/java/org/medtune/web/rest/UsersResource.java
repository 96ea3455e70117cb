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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.medtune.access.AccessTokens;
import org.medtune.access.Account;
import org.medtune.access.Accounts;
import org.medtune.access.AuditTrail;
import org.medtune.access.Role;
import org.medtune.web.rest.AccountResource.AccountView;

/** The users of this server: list, add, change, delete. For administrators. */
@Path("users")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
@Consumes(MediaType.APPLICATION_JSON)
public class UsersResource {

    @Inject
    private Accounts accounts;

    @Inject
    private AccessTokens tokens;

    @Inject
    private AuditTrail audit;

    /**
     * A new user, or of an old one what is to change; the rest is null.
     *
     * @param name     of a new user
     * @param password at least as long as the rules ask for
     * @param roles    names of roles
     */
    public record UserBody(String name, String password, List<String> roles) {
    }

    /** Lists the users by name. */
    @GET
    public List<AccountView> list() {
        return accounts.all().stream().map(UsersResource::view).toList();
    }

    /**
     * Adds a user.
     *
     * @param body name, password and roles
     */
    @POST
    @ApiResponse(responseCode = "201", description = "The user that is new",
            content = @Content(schema = @Schema(implementation = AccountView.class)))
    public Response create(UserBody body) {
        if (body == null || body.name() == null || body.password() == null || body.roles() == null) {
            throw MESSAGES.bodyLacks("name, password, roles");
        }
        Set<Role> roles = Role.read(body.roles());
        if (accounts.find(body.name()).isEmpty()) {
            // of a user of that name who was deleted by the server's command line
            tokens.revokeAll(body.name());
        }
        accounts.create(body.name(), body.password(), roles);
        audit.record("user-created", body.name(), AuditTrail.DONE, Map.of("roles", String.join(" ", body.roles())));
        return Response.status(Response.Status.CREATED).entity(view(find(body.name()))).build();
    }

    /**
     * Changes roles, password or both.
     *
     * @param name of the user
     * @param body roles, a password, or both
     */
    @PUT
    @Path("{name}")
    public AccountView change(@PathParam("name") String name, UserBody body) {
        if (body == null || body.password() == null && body.roles() == null) {
            throw MESSAGES.bodyLacks("password, roles");
        }
        find(name);
        accounts.update(name, Optional.ofNullable(body.roles()).map(Role::read),
                Optional.ofNullable(body.password()));
        if (body.roles() != null) {
            audit.record("user-roles", name, AuditTrail.DONE, Map.of("roles", String.join(" ", body.roles())));
        }
        if (body.password() != null) {
            audit.done("user-password", name);
        }
        return view(find(name));
    }

    /**
     * Deletes a user, with all tokens.
     *
     * @param name of the user
     */
    @DELETE
    @Path("{name}")
    public void delete(@PathParam("name") String name) {
        find(name);
        accounts.delete(name);
        tokens.revokeAll(name);
        audit.done("user-deleted", name);
    }

    private Account find(String name) {
        return accounts.find(name).orElseThrow(() -> MESSAGES.noSuchUser(name));
    }

    private static AccountView view(Account account) {
        return AccountView.of(account.name(), account.roles());
    }
}
