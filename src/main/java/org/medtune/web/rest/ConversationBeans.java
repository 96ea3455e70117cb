package org.medtune.web.rest;

import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import javax.sql.DataSource;
import org.medtune.chat.ChatService;
import org.medtune.conversation.ConversationStore;
import org.medtune.conversation.Conversations;
import org.medtune.conversation.FeedbackFiles;
import org.medtune.ops.MedtuneHome;

/** Gives the container the conversations, which know no container themselves. */
@Dependent
public final class ConversationBeans {

    @Resource(lookup = "java:jboss/datasources/Medtune")
    private DataSource database;

    @Resource
    private ManagedScheduledExecutorService executor;

    @Produces
    @Singleton
    ConversationStore store() {
        return ConversationStore.open(database);
    }

    @Produces
    @Singleton
    Conversations conversations(ChatService chat, ConversationStore store, MedtuneHome home) {
        return new Conversations(chat, store, new FeedbackFiles(home.feedback()), executor);
    }

    static void release(@Disposes Conversations conversations) {
        conversations.close();
    }
}
