package org.medtune.conversation;

import java.time.Instant;

/**
 * A conversation of one user.
 *
 * @param id      random, hard to guess
 * @param title   made of the first question, unless the user has given another
 * @param created when the first question was asked
 * @param updated when the latest question was asked or answer was begun
 */
public record Conversation(String id, String title, Instant created, Instant updated) {}
