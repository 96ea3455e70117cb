/**
 * Comparing a fine-tuned model with its base model on rows that were never trained on. Plain Java: it needs no server.
 */
package org.medtune.evaluation;
