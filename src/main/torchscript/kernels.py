# What Java can call. Numbers that name types: 0 uint8, 3 int32, 4 int64, 5 float16, 6 float32, 7 float64,
# 11 bool, 15 bfloat16.

class Kernels(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # ---- memory ----

  def from_bytes(self: __torch__.Kernels, bytes: Tensor, dtype: int, shape: List[int]) -> Tensor:
    # a copy of the bytes [n] as elements of a type
    return torch.view_copy(bytes, dtype=dtype).view(shape)

  def zeros(self: __torch__.Kernels, shape: List[int], dtype: int, like: Tensor) -> Tensor:
    return torch.zeros(shape, dtype=dtype, device=like.device)

  def to_type(self: __torch__.Kernels, x: Tensor, dtype: int) -> Tensor:
    return x.to(dtype)

  def stack_rows(self: __torch__.Kernels, parts: List[Tensor]) -> Tensor:
    return torch.cat(parts, 0)

  def assign(self: __torch__.Kernels, target: Tensor, source: Tensor) -> Tensor:
    return target.copy_(source)

  def fill(self: __torch__.Kernels, target: Tensor, value: float) -> Tensor:
    return target.fill_(value)

  def multiply(self: __torch__.Kernels, target: Tensor, factor: float) -> Tensor:
    return target.mul_(factor)

  def add_scaled(self: __torch__.Kernels, target: Tensor, other: Tensor, factor: float) -> Tensor:
    # other may lie on another device
    return target.add_(other.to(target.device), alpha=factor)

  def assign_scaled(self: __torch__.Kernels, target: Tensor, source: Tensor, offsets: List[int], lengths: List[int],
          factors: List[float]) -> Tensor:
    # a copy of a flat vector in the target's type, some parts of it multiplied before they are rounded
    target.copy_(source)
    for i in range(len(offsets)):
      end = offsets[i] + lengths[i]
      target[offsets[i]:end].copy_(source[offsets[i]:end] * factors[i])
    return target

  def scale_parts(self: __torch__.Kernels, flat: Tensor, offsets: List[int], lengths: List[int],
          factors: List[float]) -> Tensor:
    for i in range(len(offsets)):
      flat[offsets[i]:offsets[i] + lengths[i]].mul_(factors[i])
    return flat

  def to_host(self: __torch__.Kernels, x: Tensor) -> Tensor:
    # Page-locked, so that the device copies while it computes; the processor does not wait. x itself if it is there.
    if not x.is_cuda:
      return x
    host = torch.empty(x.size(), dtype=x.dtype, device=torch.device("cpu"), pin_memory=True)
    return host.copy_(x, True)

  def to_device(self: __torch__.Kernels, x: Tensor, like: Tensor) -> Tensor:
    return x.to(like.device, x.dtype, True)

  def matrix_views(self: __torch__.Kernels, flat: Tensor, offsets: List[int], rows: List[int],
          columns: List[int]) -> List[Tensor]:
    # views of a flat vector as matrices, row-major; columns of -1 make a vector
    views = annotate(List[Tensor], [])
    for i in range(len(offsets)):
      if columns[i] < 0:
        views.append(flat[offsets[i]:offsets[i] + rows[i]])
      else:
        views.append(flat[offsets[i]:offsets[i] + rows[i] * columns[i]].view([rows[i], columns[i]]))
    return views

  # ---- export ----

  def merge(self: __torch__.Kernels, weight: Tensor, b: Tensor, a: Tensor, scaling: float) -> Tensor:
    # weight [outputs, inputs] + scaling * b a in float32; may overwrite the weight
    return weight.to(6).addmm_(b, a, alpha=scaling)

  def largest(self: __torch__.Kernels, x: Tensor) -> Tensor:
    # the largest magnitude; NaN where there is one
    return torch.amax(torch.abs(x))

  def to_bytes(self: __torch__.Kernels, x: Tensor, dtype: int) -> Tensor:
    # the bytes [n] of the elements in another type, row-major
    return torch.view_copy(x.to(dtype).reshape([-1]), dtype=0)

  def interleave_halves(self: __torch__.Kernels, x: Tensor, size: int) -> Tensor:
    # rows 0, size/2, 1, size/2 + 1 ... of every head of so many rows
    pairs = x.reshape([x.size(0) // size, 2, size // 2, -1])
    return pairs.transpose(1, 2).reshape(x.size())

  def quotient(self: __torch__.Kernels, x: Tensor, y: Tensor) -> Tensor:
    return x / y

  def q8_0(self: __torch__.Kernels, x: Tensor) -> Tensor:
    # ggml's blocks as bytes [n]: a float16 scale, the largest magnitude / 127, and 32 multiples of it, rounded half
    # away from zero
    blocks = x.reshape([-1, 32])
    scale = torch.amax(torch.abs(blocks), [-1], True) / 127.
    scaled = blocks * torch.reciprocal(torch.clamp_min(scale, 1.1754943508222875e-38))
    codes = torch.trunc(torch.add(scaled, torch.sign(scaled), alpha=0.5)).to(1)
    return torch.cat([torch.view_copy(scale.to(5), dtype=0), torch.view_copy(codes, dtype=0)], 1).view([-1])

  # ---- weights of 4 bits ----

  def nf4_header(self: __torch__.Kernels, dtype: int, like: Tensor) -> Tensor:
    return __torch__.nf4.header(dtype, like.device)

  def nf4_quantize(self: __torch__.Kernels, x: Tensor) -> List[Tensor]:
    return __torch__.nf4.quantize(x)

  def nf4_part(self: __torch__.Kernels, weights: List[Tensor], scales: List[Tensor]) -> Tensor:
    # of all pieces of one matrix in the order of its rows
    return __torch__.nf4.part(torch.cat(weights, 0), torch.cat(scales, 0))

  def nf4_dense(self: __torch__.Kernels, matrix: Tensor, inputs: int, parts: List[Tensor], dtype: int) -> Tensor:
    return __torch__.nf4.dense(matrix, inputs, parts, dtype)

  def loftq_factors(self: __torch__.Kernels, weight: Tensor, quantized: Tensor, first: int, rank: int) -> List[Tensor]:
    # of a matrix whose quantised rows begin at first
    return __torch__.loftq.factors(weight, quantized[first:first + weight.size(0)], rank)

  def less_product(self: __torch__.Kernels, weight: Tensor, left: Tensor, right: Tensor) -> Tensor:
    return torch.addmm(weight, left, right, alpha=-1.)

  def row_range(self: __torch__.Kernels, matrix: Tensor, first: int, end: int) -> Tensor:
    # a view
    return matrix[first:end]

  # ---- rotary position embedding ----

  def inverse_frequencies(self: __torch__.Kernels, head_size: int, theta: float, like: Tensor) -> Tensor:
    return __torch__.rotary.inverse_frequencies(head_size, theta, like)

  def llama3_frequencies(self: __torch__.Kernels, frequencies: Tensor, factor: float, low_freq_factor: float,
          high_freq_factor: float, original_context: float) -> Tensor:
    return __torch__.rotary.llama3_scaled(frequencies, factor, low_freq_factor, high_freq_factor, original_context)

  def linear_frequencies(self: __torch__.Kernels, frequencies: Tensor, factor: float) -> Tensor:
    return frequencies / factor

  def rotary_tables(self: __torch__.Kernels, positions: Tensor, frequencies: Tensor, like: Tensor) -> List[Tensor]:
    return __torch__.rotary.tables(positions, frequencies, like.dtype)

  # ---- the model by layer ----

  def embed(self: __torch__.Kernels, embedding: Tensor, token_ids: Tensor) -> Tensor:
    return torch.embedding(embedding, token_ids)

  def layer_forward(self: __torch__.Kernels, x: Tensor, cos: Tensor, sin: Tensor, boundaries: List[int],
          row_starts: Tensor, weights: List[Tensor], adapter: List[Tensor], eps: float, scaling: float,
          dropout: float, seed: int, keep: bool) -> List[Tensor]:
    # the layer's output and, if keep, what layer_backward needs of the forward pass
    results = __torch__.layer.forward(x, cos, sin, boundaries, row_starts, weights, adapter, eps, scaling, dropout,
        seed)
    if keep:
      return results
    return results[:1]

  def layer_backward(self: __torch__.Kernels, dy: Tensor, x: Tensor, saved: List[Tensor], cos: Tensor, sin: Tensor,
          boundaries: List[int], row_starts: Tensor, weights: List[Tensor], adapter: List[Tensor],
          gradients: List[Tensor], scaling: float, dropout: float, seed: int) -> Tensor:
    return __torch__.layer.backward(dy, x, saved, cos, sin, boundaries, row_starts, weights, adapter, gradients,
        scaling, dropout, seed)

  def layer_recompute_backward(self: __torch__.Kernels, dy: Tensor, x: Tensor, cos: Tensor, sin: Tensor,
          boundaries: List[int], row_starts: Tensor, weights: List[Tensor], adapter: List[Tensor],
          gradients: List[Tensor], eps: float, scaling: float, dropout: float, seed: int) -> Tensor:
    # gradient checkpointing (Chen et al. 2016): the forward pass again from the layer's input, then the backward pass
    results = __torch__.layer.forward(x, cos, sin, boundaries, row_starts, weights, adapter, eps, scaling, dropout,
        seed)
    return __torch__.layer.backward(dy, x, results[1:], cos, sin, boundaries, row_starts, weights, adapter, gradients,
        scaling, dropout, seed)

  def next_token_loss(self: __torch__.Kernels, x: Tensor, norm: Tensor, head: Tensor, targets: Tensor, eps: float,
          chunk: int, gradient_scale: float) -> List[Tensor]:
    return __torch__.loss.next_token_loss(x, norm, head, targets, eps, chunk, gradient_scale)

  # ---- between the fused kernels of an accelerator, which are in layer.cu ----

  def empty(self: __torch__.Kernels, shape: List[int], dtype: int, like: Tensor) -> Tensor:
    return torch.empty(shape, dtype=dtype, device=like.device)

  def rows(self: __torch__.Kernels, x: Tensor, start: int, end: int) -> Tensor:
    # a view
    return x[start:end]

  def project(self: __torch__.Kernels, x: Tensor, weight: Tensor, bias: Tensor, a: Tensor, b: List[Tensor],
          scaling: float) -> List[Tensor]:
    y, z = __torch__.projection.project(x, weight, bias, a, b, scaling, 0., 0)
    return [y, z]

  def columns(self: __torch__.Kernels, x: Tensor, start: int, end: int) -> Tensor:
    # a view
    return x[:, start:end]

  def put(self: __torch__.Kernels, target: Tensor, row: int, part: Tensor) -> Tensor:
    return target[row:row + part.size(0), :part.size(1)].copy_(part)

  def project_widened(self: __torch__.Kernels, x: Tensor, weight: Tensor, bias: Tensor, a: Tensor, b: List[Tensor],
          scaling: float) -> List[Tensor]:
    y, z = __torch__.projection.project_widened(x, weight, bias, a, b, scaling)
    return [y, z]

  def project_widened_again(self: __torch__.Kernels, x: Tensor, weight: Tensor, bias: Tensor, b: List[Tensor],
          z: Tensor, inputs: int) -> Tensor:
    return __torch__.projection.project_widened_again(x, weight, bias, b, z, inputs)

  def input_gradient_widened(self: __torch__.Kernels, dy: Tensor, weight: Tensor, a: Tensor, b: List[Tensor],
          scaling: float) -> List[Tensor]:
    return __torch__.projection.input_gradient_widened(dy, weight, a, b, scaling)

  def project_again(self: __torch__.Kernels, x: Tensor, weight: Tensor, bias: Tensor, b: List[Tensor],
          z: Tensor) -> Tensor:
    return __torch__.projection.project_again(x, weight, bias, b, z)

  def low_rank(self: __torch__.Kernels, x: Tensor, a: Tensor, b: List[Tensor], scaling: float) -> Tensor:
    if a.size(0) == 0:
      return a
    return __torch__.projection.low_rank(x, a, b, scaling, 0., 0)

  def add(self: __torch__.Kernels, target: Tensor, other: Tensor) -> Tensor:
    return target.add_(other)

  def input_gradient(self: __torch__.Kernels, dy: Tensor, weight: Tensor, a: Tensor, b: List[Tensor],
          scaling: float) -> List[Tensor]:
    return __torch__.projection.input_gradient(dy, weight, a, b, scaling)

  def factor_gradients(self: __torch__.Kernels, dy: Tensor, x: Tensor, dz: Tensor, z: Tensor, a_gradient: Tensor,
          b_gradients: List[Tensor], bias_gradients: List[Tensor]) -> Tensor:
    return __torch__.projection.factor_gradients(dy, x, dz, z, a_gradient, b_gradients, bias_gradients)

  def attention(self: __torch__.Kernels, qkv: Tensor, heads: int, groups: int, boundaries: List[int],
          row_starts: Tensor) -> List[Tensor]:
    # rotated q, k and v side by side [tokens, (heads + 2 * groups) * size] -> output [tokens, heads * size], and what
    # attention_backward needs beside it
    x = qkv.view([qkv.size(0), heads + groups * 2, -1])
    output, saved = __torch__.attention.forward(x[:, :heads], x[:, heads:heads + groups], x[:, heads + groups:],
        boundaries, row_starts)
    return [output.view([qkv.size(0), -1])] + saved[1:]

  def attention_backward(self: __torch__.Kernels, d_output: Tensor, qkv: Tensor, output: Tensor, saved: List[Tensor],
          heads: int, groups: int, boundaries: List[int], row_starts: Tensor) -> List[Tensor]:
    # the gradients of q, k and v, contiguous
    x = qkv.view([qkv.size(0), heads + groups * 2, -1])
    q = x[:, :heads]
    dq, dk, dv = __torch__.attention.backward(d_output.view(q.size()), q, x[:, heads:heads + groups],
        x[:, heads + groups:], [output.view(q.size())] + saved, boundaries, row_starts)
    return [dq.contiguous(), dk.contiguous(), dv.contiguous()]

  def logit_chunk(self: __torch__.Kernels, h: Tensor, head: Tensor, targets: Tensor, losses: Tensor, start: int,
          end: int) -> List[Tensor]:
    return [__torch__.product.linear(h[start:end], head), targets[start:end], losses[start:end]]

  def logit_chunk_backward(self: __torch__.Kernels, d_logits: Tensor, head: Tensor, dh: Tensor, start: int, end: int,
          scale: float) -> Tensor:
    rows = dh[start:end]
    return torch.addmm(rows, d_logits, head, beta=0, alpha=scale, out=rows)

  def sum(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.sum(x, dtype=7)

  def logits(self: __torch__.Kernels, x: Tensor, norm: Tensor, head: Tensor, eps: float) -> Tensor:
    return __torch__.loss.logits(x, norm, head, eps)

  # ---- optimizer ----

  def is_finite(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return __torch__.optimizer.is_finite(x)

  def clip_gradient(self: __torch__.Kernels, gradient: Tensor, maximum: float) -> Tensor:
    return __torch__.optimizer.clip(gradient, maximum)

  def adamw(self: __torch__.Kernels, parameters: Tensor, gradient: Tensor, first_moment: Tensor,
          second_moment: Tensor, steps_done: Tensor, learning_rate: float, beta1: float, beta2: float, epsilon: float,
          weight_decay: float) -> Tensor:
    return __torch__.optimizer.adamw(parameters, gradient, first_moment, second_moment, steps_done, learning_rate,
        beta1, beta2, epsilon, weight_decay)

  def moment_codes(self: __torch__.Kernels, signed: bool, like: Tensor) -> List[Tensor]:
    return __torch__.optimizer.moment_codes(signed, like.device)

  def adamw_8bit(self: __torch__.Kernels, parameters: Tensor, gradient: Tensor, first_codes: Tensor,
          first_scales: Tensor, second_codes: Tensor, second_scales: Tensor, first_book: List[Tensor],
          second_book: List[Tensor], step: int, learning_rate: float, beta1: float, beta2: float, epsilon: float,
          weight_decay: float, chunk: int) -> Tensor:
    return __torch__.optimizer.adamw_8bit(parameters, gradient, first_codes, first_scales, second_codes, second_scales,
        first_book, second_book, step, learning_rate, beta1, beta2, epsilon, weight_decay, chunk)

  # ---- generation ----

  def prefill(self: __torch__.Kernels, token_ids: Tensor, position: int, slot: int, bank: List[Tensor],
          embedding: Tensor, norm: Tensor, head: Tensor, frequencies: Tensor, weights: List[Tensor],
          factors: List[Tensor], biases: List[Tensor], scaling: float, wanted: List[int], eps: float) -> List[Tensor]:
    return __torch__.generation.prefill(token_ids, position, slot, bank, embedding, norm, head, frequencies, weights,
        factors, biases, scaling, wanted, eps)

  def step(self: __torch__.Kernels, token_ids: Tensor, row_positions: Tensor, slot_of_row: Tensor, banks: List[Tensor],
          rows: List[Tensor], positions: List[Tensor], keys: List[int], embedding: Tensor, norm: Tensor, head: Tensor,
          frequencies: Tensor, weights: List[Tensor], factors: List[Tensor], biases: List[Tensor], segments: List[int],
          scalings: List[float], wanted: List[int], eps: float, least: int, most: int) -> List[Tensor]:
    return __torch__.generation.step(token_ids, row_positions, slot_of_row, banks, rows, positions, keys, embedding,
        norm, head, frequencies, weights, factors, biases, segments, scalings, wanted, eps, least, most)

  def most_likely(self: __torch__.Kernels, logits: Tensor, rows: int, wanted: List[int]) -> List[Tensor]:
    # of the first rows: the most likely next token of each, then the logits [vocabulary] in float32 of the wanted ones
    answers = [torch.argmax(logits[:rows], -1)]
    for row in wanted:
      answers.append(logits[row].to(6))
    return answers

  def rows_round_alike(self: __torch__.Kernels, rows: Tensor, weight: Tensor, least: int, most: int) -> Tensor:
    # whether products with all numbers of rows from least to most give a row the same bits
    whole = __torch__.product.linear(rows[:most], weight)
    alike = True
    for count in range(least, most):
      if not torch.equal(__torch__.product.linear(rows[:count], weight), whole[:count]):
        alike = False
    return torch.ones([1], dtype=4) * int(alike)

  def argmax(self: __torch__.Kernels, logits: Tensor) -> Tensor:
    return torch.argmax(logits, -1)

  # ---- measuring ----

  def linear(self: __torch__.Kernels, x: Tensor, weight: Tensor) -> Tensor:
    return __torch__.product.linear(x, weight)
