/**
 * The base model: configuration, weights, tokenizer, and the forward and backward passes of the Qwen2 and Llama family
 * by layer. Everything here is frozen; what is trained comes in as an {@link org.medtune.model.ActiveAdapter}.
 */
package org.medtune.model;
