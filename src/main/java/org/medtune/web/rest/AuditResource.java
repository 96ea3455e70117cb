package org.medtune.web.rest;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.medtune.audit.AuditCheck;
import org.medtune.audit.AuditEntry;
import org.medtune.audit.AuditLog;

/** The audit log, for auditors. Nobody can change it here. */
@Path("audit")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
public class AuditResource {

    private static final int LONGEST_PAGE = 500;

    @Inject
    private AuditLog log;

    /**
     * A page of entries, the newest first; there are more if it is full.
     *
     * @param offset  how many were passed over
     * @param limit   the most that were asked for
     * @param entries the newest first
     */
    public record AuditPage(int offset, int limit, List<AuditEntry> entries) {
    }

    /**
     * Lists entries of the audit log, the newest first: all, or those of an actor, of an action, or both.
     *
     * @param actor  name of a user; empty for all
     * @param action such as start; empty for all
     * @param offset how many to pass over
     * @param limit  the most to give, 1 to 500
     */
    @GET
    public AuditPage list(@QueryParam("actor") @DefaultValue("") String actor,
                          @QueryParam("action") @DefaultValue("") String action,
                          @QueryParam("offset") @DefaultValue("0") String offset,
                          @QueryParam("limit") @DefaultValue("50") String limit) {
        int from = QueryNumber.read("offset", offset, 0, Integer.MAX_VALUE - LONGEST_PAGE);
        int count = QueryNumber.read("limit", limit, 1, LONGEST_PAGE);
        return new AuditPage(from, count, log.latest(entry -> (actor.isEmpty() || entry.actor().equals(actor))
                && (action.isEmpty() || entry.action().equals(action)), from, count));
    }

    /** Follows the chain of hashes through the whole audit log. */
    @GET
    @Path("check")
    public AuditCheck check() {
        return log.check();
    }
}
