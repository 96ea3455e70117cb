/**
 * The audit log: who did what and when, in a file that is only ever added to, each line bound to the one before by a
 * hash. Knows nothing of the things that are logged.
 */
package org.medtune.audit;
