package org.medtune.download;

/**
 * A repository of a hub.
 *
 * @param kind     what it holds
 * @param name     such as {@code deepseek-ai/DeepSeek-R1-Distill-Qwen-7B}
 * @param revision branch, tag or commit
 */
public record Repository(RepositoryKind kind, String name, String revision) {
}
