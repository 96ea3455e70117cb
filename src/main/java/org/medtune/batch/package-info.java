/**
 * The artifacts of the job {@code fine-tune} (Jakarta Batch) and the control of its executions: glue between the batch
 * runtime and the rooms below, without algorithms.
 */
package org.medtune.batch;
