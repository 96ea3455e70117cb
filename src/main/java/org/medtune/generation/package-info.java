/** Generating text with the base model or with an adapter on it. Plain Java: it needs no server. */
package org.medtune.generation;
