package org.medtune.web.access;

import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.medtune.access.LoginTickets;

/**
 * Lets the application {@code /sso} beside this one make tickets for those whom an OpenID provider has proved. The two
 * have no classes in common but Java's own.
 */
@WebListener
public final class SingleSignOnListener implements ServletContextListener {

    /** As org.medtune.web.sso.ProviderLoginServlet asks for it. */
    private static final String ATTRIBUTE = "org.medtune.login-tickets";

    @Inject
    private LoginTickets tickets;

    @Override
    public void contextInitialized(ServletContextEvent event) {
        BiFunction<String, Predicate<String>, String> issue = tickets::issue;
        event.getServletContext().setAttribute(ATTRIBUTE, issue);
    }
}
