package org.medtune.web.monitoring;

import static org.medtune.MedtuneMessages.MESSAGES;

import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.medtune.MedtuneException;
import org.medtune.StoppedException;
import org.medtune.chat.ChatService;
import org.medtune.ops.DeviceQueue;
import org.medtune.ops.MedtuneHome;
import org.medtune.ops.RunProgressBoard;

/** Gives the container the server's figures, and loads the chat's model at the start if the site wants that. */
@Dependent
public final class MonitoringBeans {

    @Resource
    private ManagedExecutorService executor;

    @Produces
    @Singleton
    static MonitoringSettings settings() {
        return MonitoringSettings.ofEnvironment();
    }

    @Produces
    @Singleton
    static ServerMetrics metrics(ChatService chat, RunProgressBoard board, DeviceQueue queue, MedtuneHome home) {
        return new ServerMetrics(chat, board, queue, home);
    }

    static void release(@Disposes ServerMetrics metrics) {
        metrics.close();
    }

    void load(@Observes @Initialized(ApplicationScoped.class) Object started, MonitoringSettings settings,
            ChatService chat) {
        if (settings.preload()) {
            executor.execute(() -> {
                try {
                    chat.prepare();
                } catch (StoppedException e) {
                    MESSAGES.debug("the application ends while the chat's models are loaded", e);
                } catch (MedtuneException e) {
                    MESSAGES.chatModelNotLoaded(e.getMessage(), e);
                }
            });
        }
    }
}
