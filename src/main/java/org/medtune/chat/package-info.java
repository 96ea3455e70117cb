/**
 * Chatting with the base model and with adapters on it: which models there are, how a conversation becomes a prompt,
 * and the answers that are being written.
 */
package org.medtune.chat;
