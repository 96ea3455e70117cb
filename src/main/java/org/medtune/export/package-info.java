/**
 * Models for other programs: an adapter merged into its base model, as a Hugging Face folder or as a GGUF file. Works
 * from files to files, a piece of a tensor at a time; no model is loaded.
 */
package org.medtune.export;
