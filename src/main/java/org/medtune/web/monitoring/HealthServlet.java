package org.medtune.web.monitoring;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import org.medtune.chat.ChatService;
import org.medtune.ops.MedtuneHome;

/**
 * {@code GET /health/live}: 200 as long as requests are answered. {@code GET /health/ready}: 200 if the chat's model is
 * loaded and the disk has room, or else 503, with what is wrong. Open to everybody, and so tells no more than that.
 */
@WebServlet(urlPatterns = "/health/*")
public final class HealthServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Inject
    private transient ChatService chat;

    @Inject
    private transient MedtuneHome home;

    @Inject
    private transient MonitoringSettings settings;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getPathInfo() == null ? "" : request.getPathInfo();
        switch (path) {
            case "/live" -> answer(response, HttpServletResponse.SC_OK, Map.of("status", Readiness.UP));
            case "/ready" -> {
                Readiness readiness = Readiness.of(chat, home, settings.leastFreeBytes());
                answer(response, readiness.ready() ? HttpServletResponse.SC_OK
                        : HttpServletResponse.SC_SERVICE_UNAVAILABLE,
                        Map.of("status", readiness.status(), "checks", readiness.checks()));
            }
            default -> answer(response, HttpServletResponse.SC_NOT_FOUND, Map.of("status", "unknown"));
        }
    }

    private static void answer(HttpServletResponse response, int status, Object body) throws IOException {
        response.setStatus(status);
        response.setContentType("application/json");
        MAPPER.writeValue(response.getOutputStream(), body);
    }
}
