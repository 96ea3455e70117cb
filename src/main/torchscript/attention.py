# Causal self-attention with grouped key and value heads. The rows of a micro-batch lie one after the other without
# padding; row i takes the tokens from boundaries[i] to boundaries[i + 1], and no token sees another row.

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

def forward(q: Tensor, k: Tensor, v: Tensor, boundaries: List[int]) -> Tuple[Tensor, List[Tensor]]:
  # q [tokens, heads, size], k and v [tokens, groups, size] -> output like q, and what the backward pass needs of each row
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
      if q.dtype == 6:
        o, lse, seed, offset = torch._scaled_dot_product_efficient_attention(qr, kr, vr, None, True, 0., True)
      else:
        o, lse, cumulative_q, cumulative_k, longest_q, longest_k, seed, offset, mask = torch._scaled_dot_product_flash_attention(qr, kr, vr, 0., True, False)
      saved.append(o)
      saved.append(lse)
      saved.append(seed)
      saved.append(offset)
    else:
      o, lse = torch._scaled_dot_product_flash_attention_for_cpu(qr, kr, vr, 0., True)
      saved.append(o)
      saved.append(lse)
    output[start:end].copy_(__torch__.attention.heads_last(o))
  return (output, saved)

def backward(d_output: Tensor, q: Tensor, k: Tensor, v: Tensor, saved: List[Tensor], boundaries: List[int]) -> Tuple[Tensor, Tensor, Tensor]:
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
      o = saved[row * 4]
      lse = saved[row * 4 + 1]
      seed = saved[row * 4 + 2]
      offset = saved[row * 4 + 3]
      if q.dtype == 6:
        dqr, dkr, dvr, unused = torch._scaled_dot_product_efficient_attention_backward(do, qr, kr, vr, torch.empty([0], dtype=q.dtype, device=q.device), o, lse, seed, offset, 0., [True, True, True, False], True)
      else:
        empty = torch.empty([0], dtype=3, device=q.device)
        dqr, dkr, dvr = torch._scaled_dot_product_flash_attention_backward(do, qr, kr, vr, o, lse, empty, empty, end - start, end - start, 0., True, seed, offset)
    else:
      dqr, dkr, dvr = torch._scaled_dot_product_flash_attention_for_cpu_backward(do, qr, kr, vr, saved[row * 2], saved[row * 2 + 1], 0., True)
    dq[start:end].copy_(__torch__.attention.heads_last(dqr))
    dk[start:end].copy_(__torch__.attention.heads_last(__torch__.attention.summed_by_group(dkr, group)))
    dv[start:end].copy_(__torch__.attention.heads_last(__torch__.attention.summed_by_group(dvr, group)))
  return (dq, dk, dv)
