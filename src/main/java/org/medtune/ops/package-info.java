/**
 * Runs: what an operator asks for and how it is checked, the folders that a run writes, its progress, its training,
 * evaluation and publication on shared base models. Plain Java: it needs no server.
 */
package org.medtune.ops;
