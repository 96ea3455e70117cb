# One decoder layer of the Llama and Qwen2 family, forward and backward, with adapters on any of its seven projections.
#
# weights: 0 input norm, 1 q/k/v weight, 2 q/k/v bias, 3 o weight, 4 o bias, 5 post-attention norm, 6 gate/up weight,
#          7 gate/up bias, 8 down weight, 9 down bias; an absent bias has no elements; a weight of type uint8 is a
#          matrix of 4 bits a weight, as nf4.py describes it
# adapter: 0 A of q/k/v, 1-3 B of q, k, v, 4 A of o, 5 B of o, 6 A of gate/up, 7-8 B of gate, up, 9 A of down, 10 B of down
# gradients: as adapter, then 11-17 biases of q, k, v, o, gate, up, down; a bias that is not trained has no elements
# seed: dropout masks of the seven adapters are drawn from seed .. seed + 6

def forward(x: Tensor, cos: Tensor, sin: Tensor, boundaries: List[int], row_starts: Tensor, weights: List[Tensor],
        adapter: List[Tensor], eps: float, scaling: float, dropout: float, seed: int) -> List[Tensor]:
  # x [tokens, hidden] -> the layer's output, then what the backward pass needs
  size = cos.size(-1) * 2
  heads = adapter[1].size(0) // size
  groups = adapter[2].size(0) // size
  h1, r1 = __torch__.normalization.rms_norm(x, weights[0], eps)
  qkv, z_qkv = __torch__.projection.project(h1, weights[1], weights[2], adapter[0], adapter[1:4], scaling, dropout,
      seed)
  qkv_heads = qkv.view([x.size(0), heads + groups * 2, size])
  qk = __torch__.rotary.rotate(qkv_heads[:, :heads + groups], cos, sin)
  v = qkv_heads[:, heads + groups:]
  attended, attention_saved = __torch__.attention.forward(qk[:, :heads], qk[:, heads:], v, boundaries, row_starts)
  o = attended.view([x.size(0), heads * size])
  attention_out, z_o = __torch__.projection.project(o, weights[3], weights[4], adapter[4], adapter[5:6], scaling,
      dropout, seed + 3)
  y1 = attention_out.add_(x)
  h2, r2 = __torch__.normalization.rms_norm(y1, weights[5], eps)
  gate_up, z_gate_up = __torch__.projection.project(h2, weights[6], weights[7], adapter[6], adapter[7:9], scaling,
      dropout, seed + 4)
  inner = gate_up.size(1) // 2
  m = torch.silu(gate_up[:, :inner]).mul_(gate_up[:, inner:])
  mlp_out, z_down = __torch__.projection.project(m, weights[8], weights[9], adapter[9], adapter[10:11], scaling,
      dropout, seed + 6)
  y = mlp_out.add_(y1)
  return [y, h1, r1, z_qkv, qk, v, o, z_o, y1, h2, r2, gate_up, z_gate_up, m, z_down] + attention_saved

def backward(dy: Tensor, x: Tensor, saved: List[Tensor], cos: Tensor, sin: Tensor, boundaries: List[int],
        row_starts: Tensor, weights: List[Tensor], adapter: List[Tensor], gradients: List[Tensor], scaling: float,
        dropout: float, seed: int) -> Tensor:
  # saved is what forward returned after the output. Adds to the gradients in place and returns the gradient of x.
  size = cos.size(-1) * 2
  heads = adapter[1].size(0) // size
  groups = adapter[2].size(0) // size
  h1, r1, z_qkv, qk, v, o, z_o = saved[0], saved[1], saved[2], saved[3], saved[4], saved[5], saved[6]
  y1, h2, r2, gate_up, z_gate_up, m, z_down = saved[7], saved[8], saved[9], saved[10], saved[11], saved[12], saved[13]

  dm = __torch__.projection.project_backward(dy, m, weights[8], adapter[9], adapter[10:11], z_down, gradients[9],
      gradients[10:11], gradients[17:18], scaling, dropout, seed + 6)
  inner = m.size(1)
  gate = gate_up[:, :inner]
  d_gate_up = torch.empty(gate_up.size(), dtype=gate_up.dtype, device=gate_up.device)
  d_up = torch.mul(torch.silu(gate), dm, out=d_gate_up[:, inner:])
  d_gate = torch.silu_backward(dm.mul_(gate_up[:, inner:]), gate, grad_input=d_gate_up[:, :inner])
  dh2 = __torch__.projection.project_backward(d_gate_up, h2, weights[6], adapter[6], adapter[7:9], z_gate_up,
      gradients[6], gradients[7:9], gradients[15:17], scaling, dropout, seed + 4)
  dy1 = __torch__.normalization.rms_norm_backward(dh2, y1, weights[5], r2).add_(dy)

  do = __torch__.projection.project_backward(dy1, o, weights[3], adapter[4], adapter[5:6], z_o, gradients[4],
      gradients[5:6], gradients[14:15], scaling, dropout, seed + 3)
  dq, dk, dv = __torch__.attention.backward(do.view([x.size(0), heads, size]), qk[:, :heads], qk[:, heads:], v,
      saved[14:], boundaries, row_starts)
  d_qkv = torch.empty([x.size(0), heads + groups * 2, size], dtype=x.dtype, device=x.device)
  minus_sin = torch.neg(sin)
  d_qkv[:, :heads].copy_(__torch__.rotary.rotate(dq, cos, minus_sin))
  d_qkv[:, heads:heads + groups].copy_(__torch__.rotary.rotate(dk, cos, minus_sin))
  d_qkv[:, heads + groups:].copy_(dv)
  dh1 = __torch__.projection.project_backward(d_qkv.view([x.size(0), (heads + groups * 2) * size]), h1, weights[1],
      adapter[0], adapter[1:4], z_qkv, gradients[0], gradients[1:4], gradients[11:14], scaling, dropout, seed)
  return __torch__.normalization.rms_norm_backward(dh1, x, weights[0], r1).add_(dy1)
