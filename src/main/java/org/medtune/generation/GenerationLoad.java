package org.medtune.generation;

/**
 * What an engine has to do.
 *
 * @param waiting   requests that nobody answers yet
 * @param answering requests that are being answered
 * @param tokens    that were given to listeners since the engine was made
 */
public record GenerationLoad(int waiting, int answering, long tokens) {
}
