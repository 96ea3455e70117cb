# Linear projections with low-rank adapters (LoRA, Hu et al. 2021): y = x W^T + bias + scaling * (x A^T) B^T.
#
# A projection may be several of the model's side by side (q, k and v; gate and up): their weights are stacked, they share
# one product, and so do their A matrices. A slot is one of them: its B [outputs of the slot, rank]. A slot without an
# adapter has a B of rank 0. With dropout, PEFT gives each adapter a mask of its own on its input, so A is then applied
# slot by slot. The backward pass draws the same masks again.

def mixed(h: Tensor) -> Tensor:
  # Wellons' lowbias32, an integer hash, on 32-bit numbers held in int64; changes h in place
  h.bitwise_xor_(torch.bitwise_right_shift(h, 16)).mul_(2146121005).bitwise_and_(4294967295)
  h.bitwise_xor_(torch.bitwise_right_shift(h, 15)).mul_(2221713035).bitwise_and_(4294967295)
  return h.bitwise_xor_(torch.bitwise_right_shift(h, 16))

def dropout_mask(x: Tensor, probability: float, seed: int) -> Tensor:
  # 0 where an element is dropped, 1 / (1 - probability) where it is kept. A draw is a hash of the seed and the element's
  # place, so it is the same on every device and needs no generator, whose state other threads would disturb.
  h = torch.arange(x.numel(), dtype=4, device=x.device)
  h = __torch__.projection.mixed(h.bitwise_xor_(seed % 4294967296))
  h = __torch__.projection.mixed(h.bitwise_xor_(seed // 4294967296))
  kept = torch.ge(h, int(probability * 4294967296.)).view(x.size())
  return kept.to(x.dtype) / (1. - probability)

def low_rank(x: Tensor, a: Tensor, b: List[Tensor], scaling: float, dropout: float, seed: int) -> Tensor:
  # scaling * (x A^T) of all slots side by side: [tokens, sum of ranks]
  if dropout > 0.:
    parts = annotate(List[Tensor], [])
    row = 0
    for slot in range(len(b)):
      rank = b[slot].size(1)
      if rank > 0:
        masked = x * __torch__.projection.dropout_mask(x, dropout, seed + slot)
        parts.append(__torch__.product.linear(masked, a[row:row + rank]))
      row = row + rank
    z = torch.cat(parts, 1)
  else:
    z = __torch__.product.linear(x, a)
  return z * scaling

def add_low_rank(y: Tensor, b: List[Tensor], z: Tensor) -> Tensor:
  # y [tokens, outputs] += z B^T, slot by slot
  column = 0
  row = 0
  for slot in range(len(b)):
    outputs = b[slot].size(0)
    rank = b[slot].size(1)
    if rank > 0:
      y[:, column:column + outputs].addmm_(z[:, row:row + rank], b[slot].t())
    column = column + outputs
    row = row + rank
  return y

def dense(weight: Tensor, inputs: int, b: List[Tensor], dtype: int) -> Tensor:
  # a weight [outputs, inputs] in the type of the products; bytes are a matrix of 4 bits a weight
  if weight.dtype == 0:
    return __torch__.nf4.dense(weight, inputs, b, dtype)
  return weight

def project(x: Tensor, weight: Tensor, bias: Tensor, a: Tensor, b: List[Tensor], scaling: float, dropout: float,
        seed: int) -> Tuple[Tensor, Tensor]:
  # x [tokens, inputs] -> y [tokens, outputs] and the low-rank activations, which the backward pass needs
  w = __torch__.projection.dense(weight, x.size(1), b, x.dtype)
  if bias.numel() > 0:
    y = __torch__.product.linear_bias(x, w, bias)
  else:
    y = __torch__.product.linear(x, w)
  if a.size(0) == 0:
    return (y, a)
  z = __torch__.projection.low_rank(x, a, b, scaling, dropout, seed)
  return (__torch__.projection.add_low_rank(y, b, z), z)

def accumulate(gradient: Tensor, left: Tensor, right: Tensor) -> Tensor:
  # gradient += left^T right; gradients are float32 whatever the activations are
  if gradient.dtype == left.dtype:
    gradient.addmm_(left.t(), right)
  else:
    gradient.add_((left.t() @ right).to(gradient.dtype))
  return gradient

def project_backward(dy: Tensor, x: Tensor, weight: Tensor, a: Tensor, b: List[Tensor], z: Tensor, a_gradient: Tensor,
        b_gradients: List[Tensor], bias_gradients: List[Tensor], scaling: float, dropout: float, seed: int) -> Tensor:
  # Adds to the gradients of A, B and the trained biases in place and returns the gradient of x.
  dx = __torch__.product.times(dy, __torch__.projection.dense(weight, x.size(1), b, dy.dtype))
  column = 0
  row = 0
  parts = annotate(List[Tensor], [])
  for slot in range(len(b)):
    outputs = b[slot].size(0)
    rank = b[slot].size(1)
    dy_slot = dy[:, column:column + outputs]
    if bias_gradients[slot].numel() > 0:
      bias_gradients[slot].add_(torch.sum(dy_slot, [0], dtype=6))
    if rank > 0:
      __torch__.projection.accumulate(b_gradients[slot], dy_slot, z[:, row:row + rank])
      # a slot's columns are not contiguous: the BLAS library takes them as they are
      dz = (dy_slot @ b[slot]) * scaling
      if dropout > 0.:
        mask = __torch__.projection.dropout_mask(x, dropout, seed + slot)
        __torch__.projection.accumulate(a_gradient[row:row + rank], dz, x * mask)
        dx.addcmul_(dz @ a[row:row + rank], mask)
      else:
        parts.append(dz)
    column = column + outputs
    row = row + rank
  if len(parts) > 0:
    dz = torch.cat(parts, 1)
    __torch__.projection.accumulate(a_gradient, dz, x)
    dx.addmm_(dz, a)
  return dx

# ---- between the fused kernels of an accelerator: without dropout, with dense weights ----

def project_again(x: Tensor, weight: Tensor, bias: Tensor, b: List[Tensor], z: Tensor) -> Tensor:
  # what project returned, from the low-rank activations that it returned with it
  if bias.numel() > 0:
    y = __torch__.product.linear_bias(x, weight, bias)
  else:
    y = __torch__.product.linear(x, weight)
  return __torch__.projection.add_low_rank(y, b, z)

# A widened matrix has columns behind those of its inputs, and rows of x as many numbers behind theirs: with B in the
# former and the low-rank activations in the latter, one product adds the adapter.

def put_b(weight: Tensor, inputs: int, b: List[Tensor]) -> Tensor:
  weight[:, inputs:].zero_()
  row = 0
  column = inputs
  for slot in range(len(b)):
    outputs = b[slot].size(0)
    rank = b[slot].size(1)
    if rank > 0:
      weight[row:row + outputs, column:column + rank].copy_(b[slot])
    row = row + outputs
    column = column + rank
  return weight

def project_widened_again(x: Tensor, weight: Tensor, bias: Tensor, b: List[Tensor], z: Tensor, inputs: int) -> Tensor:
  x[:, inputs:inputs + z.size(1)].copy_(z)
  w = __torch__.projection.put_b(weight, inputs, b)
  if bias.numel() > 0:
    return __torch__.product.linear_bias(x, w, bias)
  return __torch__.product.linear(x, w)

def project_widened(x: Tensor, weight: Tensor, bias: Tensor, a: Tensor, b: List[Tensor],
        scaling: float) -> Tuple[Tensor, Tensor]:
  inputs = a.size(1)
  z = __torch__.projection.low_rank(x[:, :inputs], a, b, scaling, 0., 0)
  return (__torch__.projection.project_widened_again(x, weight, bias, b, z, inputs), z)

def input_gradient_widened(dy: Tensor, weight: Tensor, a: Tensor, b: List[Tensor], scaling: float) -> List[Tensor]:
  # the gradients of x, with as many numbers behind its rows, and of the low-rank activations
  inputs = a.size(1)
  dx = __torch__.product.times(dy, __torch__.projection.put_b(weight, inputs, b))
  dz = dx[:, inputs:inputs + a.size(0)] * scaling
  dx[:, :inputs].addmm_(dz, a)
  return [dx, dz]

def input_gradient(dy: Tensor, weight: Tensor, a: Tensor, b: List[Tensor], scaling: float) -> List[Tensor]:
  # the gradients of x and of the low-rank activations
  dx = __torch__.product.times(dy, weight)
  if a.size(0) == 0:
    return [dx, a]
  column = 0
  parts = annotate(List[Tensor], [])
  for slot in range(len(b)):
    outputs = b[slot].size(0)
    if b[slot].size(1) > 0:
      parts.append((dy[:, column:column + outputs] @ b[slot]) * scaling)
    column = column + outputs
  dz = torch.cat(parts, 1)
  return [dx.addmm_(dz, a), dz]

def factor_gradients(dy: Tensor, x: Tensor, dz: Tensor, z: Tensor, a_gradient: Tensor, b_gradients: List[Tensor],
        bias_gradients: List[Tensor]) -> Tensor:
  # adds to the gradients of A, B and the trained biases in place
  column = 0
  row = 0
  for slot in range(len(b_gradients)):
    outputs = b_gradients[slot].size(0)
    rank = b_gradients[slot].size(1)
    dy_slot = dy[:, column:column + outputs]
    if bias_gradients[slot].numel() > 0:
      bias_gradients[slot].add_(torch.sum(dy_slot, [0], dtype=6))
    if rank > 0:
      __torch__.projection.accumulate(b_gradients[slot], dy_slot, z[:, row:row + rank])
    column = column + outputs
    row = row + rank
  if a_gradient.size(0) > 0:
    __torch__.projection.accumulate(a_gradient, dz, x)
  return a_gradient
