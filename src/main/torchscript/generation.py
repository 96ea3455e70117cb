# Decoding with a cache of keys and values.

def layer(x: Tensor, cos: Tensor, sin: Tensor, position: int, weights: List[Tensor], adapter: List[Tensor],
        keys: Tensor, values: Tensor, eps: float, scaling: float) -> Tensor:
  # x [tokens, hidden] of one sequence, at position and after; keys and values [groups, capacity, size] hold what came
  # before and take the new tokens' in
  size = cos.size(-1) * 2
  heads = adapter[1].size(0) // size
  groups = keys.size(0)
  tokens = x.size(0)
  end = position + tokens
  h1, r1 = __torch__.normalization.rms_norm(x, weights[0], eps)
  qkv, z_qkv = __torch__.projection.project(h1, weights[1], weights[2], adapter[0], adapter[1:4], scaling, 0., 0)
  qkv_heads = qkv.view([tokens, heads + groups * 2, size])
  qk = __torch__.rotary.rotate(qkv_heads[:, :heads + groups], cos, sin)
  keys[:, position:end].copy_(qk[:, heads:].transpose(0, 1))
  values[:, position:end].copy_(qkv_heads[:, heads + groups:].transpose(0, 1))
  k = keys[:, :end].unsqueeze(0)
  v = values[:, :end].unsqueeze(0)
  if tokens == 1:
    # one query a head: the queries of a group stand side by side in front of their key head, nothing is copied
    q = qk[:, :heads].view([1, groups, heads // groups, size])
    o = torch.scaled_dot_product_attention(q, k, v, None, 0., False).reshape([1, heads * size])
  else:
    q = __torch__.attention.heads_first(qk[:, :heads])
    kg = __torch__.attention.shared_by_group(k, heads // groups)
    vg = __torch__.attention.shared_by_group(v, heads // groups)
    if position == 0:
      a = torch.scaled_dot_product_attention(q, kg, vg, None, 0., True)
    else:
      mask = torch.ones([tokens, end], dtype=11, device=x.device).tril(position)
      a = torch.scaled_dot_product_attention(q, kg, vg, mask, 0., False)
    o = __torch__.attention.heads_last(a).reshape([tokens, heads * size])
  attention_out, z_o = __torch__.projection.project(o, weights[3], weights[4], adapter[4], adapter[5:6], scaling, 0., 0)
  y1 = attention_out.add_(x)
  h2, r2 = __torch__.normalization.rms_norm(y1, weights[5], eps)
  gate_up, z_gate_up = __torch__.projection.project(h2, weights[6], weights[7], adapter[6], adapter[7:9], scaling, 0.,
      0)
  inner = gate_up.size(1) // 2
  m = torch.silu(gate_up[:, :inner]).mul_(gate_up[:, inner:])
  mlp_out, z_down = __torch__.projection.project(m, weights[8], weights[9], adapter[9], adapter[10:11], scaling, 0., 0)
  return mlp_out.add_(y1)

def decode(token_ids: Tensor, position: int, embedding: Tensor, norm: Tensor, head: Tensor, frequencies: Tensor,
        weights: List[Tensor], adapter: List[Tensor], caches: List[Tensor], eps: float, scaling: float) -> Tensor:
  # The whole model in one call: 10 weights, 11 adapter tensors and 2 caches a layer -> logits [vocabulary] after the
  # last token
  x = torch.embedding(embedding, token_ids)
  positions = torch.arange(position, position + token_ids.size(0), dtype=4, device=x.device)
  tables = __torch__.rotary.tables(positions, frequencies, x.dtype)
  layers = len(caches) // 2
  for i in range(layers):
    x = __torch__.generation.layer(x, tables[0], tables[1], position, weights[i * 10:i * 10 + 10],
        adapter[i * 11:i * 11 + 11], caches[i * 2], caches[i * 2 + 1], eps, scaling)
  return __torch__.loss.logits(x[-1:], norm, head, eps).squeeze(0)
