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

/** {@code POST /login}: takes the login page's form; what is wrong with it is shown on that page. */
@WebServlet(urlPatterns = "/login")
public final class LoginServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Inject
    private transient Authentication authentication;

    @Inject
    private transient Accounts accounts;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.sendRedirect(request.getContextPath() + LoginTarget.LOGIN_PAGE);
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        try {
            String name = parameter(request, "name").strip();
            // before the password is checked: who changes it at this moment ends this session too
            long version = accounts.version(name);
            Caller caller = authentication.logIn(name, parameter(request, "password"), request.getRemoteAddr());
            LoginSession.begin(request, caller, accounts, version);
            response.sendRedirect(LoginTarget.of(request, parameter(request, "to"), caller));
        } catch (LoginRefusedException e) {
            e.tell(response);
            LoginTarget.showLogin(request, response, e.seconds() == 0 ? "wrong" : "wait", Long.toString(e.seconds()));
        } catch (MedtuneException e) {
            response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            MESSAGES.loginUnavailable(e);
            LoginTarget.showLogin(request, response, "unavailable", "");
        }
    }

    private static String parameter(HttpServletRequest request, String name) {
        String value = request.getParameter(name);
        return value == null ? "" : value;
    }
}
