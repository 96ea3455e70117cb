/**
 * Fine-tuning: optimizer steps over micro-batches, schedule, row order, and checkpoints that a run goes on from bit for
 * bit. Plain Java: a run needs no server.
 */
package org.medtune.training;
