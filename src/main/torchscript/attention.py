# Causal self-attention with grouped key and value heads. The rows of a micro-batch lie one after the other without
# padding; row i takes the tokens from boundaries[i] to boundaries[i + 1], and no token sees another row. row_starts holds
# the same numbers as an int32 tensor on the device for the accelerator's variable-length kernel, and nothing where that
# is not there.

def heads_first(x: Tensor) -> Tensor:
  # [tokens, heads, size] -> [1, heads, tokens, size], a view
  return x.transpose(0, 1).unsqueeze(0)

def heads_last(x: Tensor) -> Tensor:
  # [1, heads, tokens, size] -> [tokens, heads, size], a view
  return x.squeeze(0).transpose(0, 1)

def shared_by_group(x: Tensor, group: int) -> Tensor:
  # every key or value head once for each query head of its group
  if group == 1:
    return x
  return x.repeat_interleave(group, 1)

def summed_by_group(x: Tensor, group: int) -> Tensor:
  if group == 1:
    return x
  return x.reshape([x.size(0), x.size(1) // group, group, x.size(2), x.size(3)]).sum([2])

def longest(boundaries: List[int]) -> int:
  most = 0
  for row in range(len(boundaries) - 1):
    most = ops.prim.max(most, boundaries[row + 1] - boundaries[row])
  return most

def by_definition(q: Tensor, k: Tensor, v: Tensor) -> Tuple[Tensor, Tensor]:
  # Output and probabilities of one row, for accelerators older than Ampere and for float32, which has no fused kernel that
  # takes all shapes. Scaled before the product, whose largest numbers float16 might not hold; the sum is in float32.
  scores = ((q * (float(q.size(-1)) ** -0.5)) @ k.transpose(-2, -1)).to(6)
  later = torch.ones([q.size(-2), k.size(-2)], dtype=11, device=q.device).triu(1)
  p = torch.softmax(scores.masked_fill(later, -1e30), -1).to(q.dtype)
  return (p @ v, p)

def by_definition_backward(d_output: Tensor, q: Tensor, k: Tensor, v: Tensor,
        p: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
  # the gradients of q, k and v
  dp = d_output @ v.transpose(-2, -1)
  ds = p * (dp - torch.sum(dp * p, [-1], True)) * (float(q.size(-1)) ** -0.5)
  return (ds @ k, ds.transpose(-2, -1) @ q, p.transpose(-2, -1) @ d_output)

def forward(q: Tensor, k: Tensor, v: Tensor, boundaries: List[int], row_starts: Tensor) -> Tuple[Tensor, List[Tensor]]:
  # q [tokens, heads, size], k and v [tokens, groups, size] -> output like q, and what the backward pass needs
  if row_starts.numel() > 0:
    most = __torch__.attention.longest(boundaries)
    output, lse, seed, offset, mask = torch._flash_attention_forward(q, k, v, row_starts, row_starts, most, most, 0.,
        True, False)
    return (output, [output, lse, seed, offset])
  group = q.size(1) // k.size(1)
  output = torch.empty(q.size(), dtype=q.dtype, device=q.device)
  saved = annotate(List[Tensor], [])
  for row in range(len(boundaries) - 1):
    start = boundaries[row]
    end = boundaries[row + 1]
    qr = __torch__.attention.heads_first(q[start:end])
    kr = __torch__.attention.shared_by_group(__torch__.attention.heads_first(k[start:end]), group)
    vr = __torch__.attention.shared_by_group(__torch__.attention.heads_first(v[start:end]), group)
    if q.is_cuda:
      o, p = __torch__.attention.by_definition(qr, kr, vr)
      saved.append(p)
    else:
      o, lse = torch._scaled_dot_product_flash_attention_for_cpu(qr, kr, vr, 0., True)
      saved.append(o)
      saved.append(lse)
    output[start:end].copy_(__torch__.attention.heads_last(o))
  return (output, saved)

def backward(d_output: Tensor, q: Tensor, k: Tensor, v: Tensor, saved: List[Tensor], boundaries: List[int],
        row_starts: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
  if row_starts.numel() > 0:
    most = __torch__.attention.longest(boundaries)
    dq, dk, dv = torch._flash_attention_backward(d_output, q, k, v, saved[0], saved[1], row_starts, row_starts, most,
        most, 0., True, saved[2], saved[3])
    return (dq, dk, dv)
  group = q.size(1) // k.size(1)
  dq = torch.empty(q.size(), dtype=q.dtype, device=q.device)
  dk = torch.empty(k.size(), dtype=k.dtype, device=k.device)
  dv = torch.empty(v.size(), dtype=v.dtype, device=v.device)
  for row in range(len(boundaries) - 1):
    start = boundaries[row]
    end = boundaries[row + 1]
    do = __torch__.attention.heads_first(d_output[start:end])
    qr = __torch__.attention.heads_first(q[start:end])
    kr = __torch__.attention.shared_by_group(__torch__.attention.heads_first(k[start:end]), group)
    vr = __torch__.attention.shared_by_group(__torch__.attention.heads_first(v[start:end]), group)
    if q.is_cuda:
      dqr, dkr, dvr = __torch__.attention.by_definition_backward(do, qr, kr, vr, saved[row])
    else:
      dqr, dkr, dvr = torch._scaled_dot_product_flash_attention_for_cpu_backward(do, qr, kr, vr, saved[row * 2],
          saved[row * 2 + 1], 0., True)
    dq[start:end].copy_(__torch__.attention.heads_last(dqr))
    dk[start:end].copy_(__torch__.attention.heads_last(__torch__.attention.summed_by_group(dkr, group)))
    dv[start:end].copy_(__torch__.attention.heads_last(__torch__.attention.summed_by_group(dvr, group)))
  return (dq, dk, dv)
