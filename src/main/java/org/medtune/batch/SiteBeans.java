package org.medtune.batch;

import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import org.medtune.access.AuditTrail;
import org.medtune.chat.ChatService;
import org.medtune.chat.ChatSettings;
import org.medtune.chat.ResidentChatService;
import org.medtune.ops.BaseModels;
import org.medtune.ops.DeviceQueue;
import org.medtune.ops.MedtuneHome;
import org.medtune.ops.RecoverySettings;
import org.medtune.ops.RunLogHandler;
import org.medtune.ops.RunProgressBoard;
import org.medtune.ops.Runs;
import org.medtune.ops.ServerPlace;

/** Gives the container one of each thing that a server has one of; the rooms below know no container. */
@Dependent
public final class SiteBeans {

    @Produces
    @Singleton
    static MedtuneHome home() {
        return MedtuneHome.ofSystemProperties();
    }

    @Produces
    @Singleton
    static RunProgressBoard board() {
        return new RunProgressBoard();
    }

    @Produces
    @Singleton
    static DeviceQueue deviceQueue() {
        return new DeviceQueue();
    }

    static void release(@Disposes DeviceQueue queue) {
        queue.close();
    }

    @Produces
    @Singleton
    static AskedExecutions askedExecutions(AuditTrail audit) {
        return new AskedExecutions(audit);
    }

    @Produces
    @Singleton
    static ServerPlace serverPlace() {
        return ServerPlace.take(Path.of(System.getProperty("jboss.server.data.dir")));
    }

    static void release(@Disposes ServerPlace place) {
        place.close();
    }

    @Produces
    @Singleton
    static RecoverySettings recoverySettings() {
        return RecoverySettings.ofEnvironment();
    }

    @Produces
    @Singleton
    static RunLogHandler runLogHandler() {
        return new RunLogHandler();
    }

    static void release(@Disposes RunLogHandler handler) {
        handler.close();
    }

    @Produces
    @Singleton
    static BaseModels baseModels() {
        return new BaseModels();
    }

    static void release(@Disposes BaseModels models) {
        models.close();
    }

    @Produces
    @Singleton
    @Typed(ChatService.class)
    static ResidentChatService chat(MedtuneHome home, BaseModels models) {
        return new ResidentChatService(home, models, ChatSettings.ofEnvironment());
    }

    static void release(@Disposes ChatService chat) {
        ((ResidentChatService) chat).close();
    }

    @Produces
    @Singleton
    static Runs runs(MedtuneHome home, RunProgressBoard board, DeviceQueue queue) {
        return new Runs(home, board, queue);
    }
}
