package org.medtune.web.access;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.inject.Inject;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.medtune.MedtuneException;
import org.medtune.access.Accounts;
import org.medtune.access.Caller;
import org.medtune.web.faces.LoginPage;

/** {@code POST /login}: takes the login page's form; what is wrong with it is shown on that page. */
@WebServlet(urlPatterns = "/login")
public final class LoginServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;
    private static final String PAGE = "/login.xhtml";

    @Inject
    private transient Authentication authentication;

    @Inject
    private transient Accounts accounts;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.sendRedirect(request.getContextPath() + PAGE);
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        try {
            Caller caller = authentication.logIn(parameter(request, "name").strip(), parameter(request, "password"),
                    request.getRemoteAddr());
            LoginSession.begin(request, caller, accounts);
            response.sendRedirect(target(request, caller));
        } catch (LoginRefusedException e) {
            e.tell(response);
            show(request, response, e.seconds() == 0 ? "wrong" : "wait", e.seconds());
        } catch (MedtuneException e) {
            response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            MESSAGES.loginUnavailable(e);
            show(request, response, "unavailable", 0);
        }
    }

    private static void show(HttpServletRequest request, HttpServletResponse response, String problem, long seconds)
            throws ServletException, IOException {
        request.setAttribute(LoginPage.PROBLEM, problem);
        request.setAttribute(LoginPage.SECONDS, Long.toString(seconds));
        request.getRequestDispatcher(PAGE).forward(request, response);
    }

    /** The page that was asked for before the login, if it is one of this application's. */
    private static String target(HttpServletRequest request, Caller caller) {
        String to = parameter(request, "to");
        String context = request.getContextPath();
        boolean own = to.startsWith(context + "/") && !to.contains("//") && !to.contains("\\")
                && to.chars().noneMatch(Character::isISOControl);
        return own ? to : context + AccessTable.home(caller);
    }

    private static String parameter(HttpServletRequest request, String name) {
        String value = request.getParameter(name);
        return value == null ? "" : value;
    }
}
