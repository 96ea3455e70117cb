/**
 * LoRA adapters: configuration, the flat vector of trained parameters and its views, initialisation, and files as PEFT
 * reads and writes them.
 */
package org.medtune.adapter;
