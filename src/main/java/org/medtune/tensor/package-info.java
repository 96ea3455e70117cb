/**
 * Tensors: the only room that knows DJL. Kernels are TorchScript text ({@code src/main/torchscript}) that libtorch
 * runs; Java decides what runs when and who owns the memory.
 */
package org.medtune.tensor;
