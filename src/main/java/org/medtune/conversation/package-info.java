/**
 * Conversations with the models, kept for each user in a database: questions, answers as they end, feedback, and what
 * is exported of them. Plain Java and JDBC: it needs no server.
 */
package org.medtune.conversation;
