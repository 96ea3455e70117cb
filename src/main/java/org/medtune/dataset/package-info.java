/**
 * From a dataset file to token ids: reading and validating rows, choosing them, holding some out, putting them into a
 * prompt template, and the tokenised file that training and evaluation read.
 */
package org.medtune.dataset;
