# Decoding with caches of keys and values: prefill takes the tokens of one sequence in, step one token of each of
# several. Rows of sequences with the same adapter are neighbours; segment s has the rows from segments[s] to segments[s
# + 1].
#
# A bank holds the caches of several sequences in one tensor for keys and one for values a layer, [slots, capacity,
# groups, size], so that a step attends over a bank in one call.
#
# What a row becomes must not depend on who else is served, but two things round a row differently in other company. A
# matrix product does for other numbers of rows: products are made of at least `least` and at most `most` rows, a range
# in which it does not. Attention does for another number of keys, as that is the length of a sum: a step attends over
# whole blocks of keys, those behind a sequence's end masked out. They add zeros at the end, which changes nothing.

def product(x: Tensor, weight: Tensor, least: int, most: int) -> Tensor:
  # x [rows, inputs], weight [outputs, inputs] -> x weight^T
  rows = x.size(0)
  if rows < least:
    padded = torch.constant_pad_nd(x, [0, 0, 0, least - rows])
    return __torch__.product.linear(padded, weight)[:rows]
  if rows <= most:
    return __torch__.product.linear(x, weight)
  parts = (rows + most - 1) // most
  outputs = annotate(List[Tensor], [])
  for part in range(parts):
    outputs.append(__torch__.product.linear(x[rows * part // parts:rows * (part + 1) // parts], weight))
  return torch.cat(outputs, 0)

def project(x: Tensor, weight: Tensor, bias: Tensor, group: int, first: int, slots: int, factors: List[Tensor],
        biases: List[Tensor], segments: List[int], scalings: List[float], least: int, most: int) -> Tensor:
  # One group of projections with every segment's adapter. factors holds 11 tensors a segment, as layer.py takes them,
  # of which the group's A is the one at first and its B are the slots that follow; biases holds 4, without elements
  # where the segment has none of its own.
  b_of_slots = factors[first + 1:first + 1 + slots]
  w = __torch__.projection.dense(weight, x.size(1), b_of_slots, x.dtype)
  y = __torch__.generation.product(x, w, least, most)
  for s in range(len(scalings)):
    ys = y[segments[s]:segments[s + 1]]
    own = biases[s * 4 + group]
    if own.numel() > 0:
      ys.add_(own)
    elif bias.numel() > 0:
      ys.add_(bias)
    a = factors[s * 11 + first]
    if a.size(0) > 0:
      z = __torch__.generation.product(x[segments[s]:segments[s + 1]], a, least, most) * scalings[s]
      column = 0
      row = 0
      for slot in range(slots):
        b = factors[s * 11 + first + 1 + slot]
        rank = b.size(1)
        if rank > 0:
          low = z[:, row:row + rank].contiguous()
          ys[:, column:column + b.size(0)].add_(__torch__.generation.product(low, b, least, most))
        column = column + b.size(0)
        row = row + rank
  return y

def to_attention(x: Tensor, cos: Tensor, sin: Tensor, weights: List[Tensor], factors: List[Tensor],
        biases: List[Tensor], segments: List[int], scalings: List[float], eps: float, least: int,
        most: int) -> Tuple[Tensor, Tensor, Tensor]:
  # the first part of a layer: x [rows, hidden] -> q [rows, heads, size], k and v [rows, groups, size]
  size = cos.size(-1) * 2
  heads = factors[1].size(0) // size
  groups = factors[2].size(0) // size
  h, r = __torch__.normalization.rms_norm(x, weights[0], eps)
  qkv = __torch__.generation.project(h, weights[1], weights[2], 0, 0, 3, factors, biases, segments, scalings, least,
      most).view([x.size(0), heads + groups * 2, size])
  qk = __torch__.rotary.rotate(qkv[:, :heads + groups], cos, sin)
  return (qk[:, :heads], qk[:, heads:], qkv[:, heads + groups:])

def from_attention(x: Tensor, o: Tensor, weights: List[Tensor], factors: List[Tensor], biases: List[Tensor],
        segments: List[int], scalings: List[float], eps: float, least: int, most: int) -> Tensor:
  # the rest of a layer: its input and what attention made of it [rows, heads * size] -> its output
  y = __torch__.generation.project(o, weights[3], weights[4], 1, 4, 1, factors, biases, segments, scalings, least,
      most).add_(x)
  h, r = __torch__.normalization.rms_norm(y, weights[5], eps)
  gate_up = __torch__.generation.project(h, weights[6], weights[7], 2, 6, 2, factors, biases, segments, scalings, least,
      most)
  inner = gate_up.size(1) // 2
  m = torch.silu(gate_up[:, :inner]).mul_(gate_up[:, inner:])
  return __torch__.generation.project(m, weights[8], weights[9], 3, 9, 1, factors, biases, segments, scalings, least,
      most).add_(y)

def attend_alone(q: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor, position: int) -> Tensor:
  # the tokens of one sequence, at position and after; keys and values [capacity, groups, size] take theirs in
  tokens = q.size(0)
  group = q.size(1) // k.size(1)
  end = position + tokens
  keys[position:end].copy_(k)
  values[position:end].copy_(v)
  qh = __torch__.attention.heads_first(q)
  kh = __torch__.attention.shared_by_group(__torch__.attention.heads_first(keys[:end]), group)
  vh = __torch__.attention.shared_by_group(__torch__.attention.heads_first(values[:end]), group)
  if position == 0:
    o = torch.scaled_dot_product_attention(qh, kh, vh, None, 0., True)
  else:
    mask = torch.ones([tokens, end], dtype=11, device=q.device).tril(position)
    o = torch.scaled_dot_product_attention(qh, kh, vh, mask, 0., False)
  return __torch__.attention.heads_last(o).reshape([tokens, q.size(1) * q.size(2)])

def attend_bank(q: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor, slots: Tensor, rows: Tensor,
        positions: Tensor, mask: Tensor) -> Tensor:
  # One token for each slot of a bank: slot i belongs to row rows[i], which stands at positions[i] of its text; what a
  # slot without a sequence computes is not used. mask [slots, 1, 1, keys] -> [slots, heads * size]
  groups = k.size(1)
  count = slots.size(0)
  where = annotate(List[Optional[Tensor]], [slots, positions])
  keys.index_put_(where, k.index_select(0, rows))
  values.index_put_(where, v.index_select(0, rows))
  # one query a head: the queries of a group stand side by side in front of their key head, nothing is copied
  qb = q.index_select(0, rows).view([count, groups, q.size(1) // groups, q.size(2)])
  kb = keys[:count, :mask.size(3)].transpose(1, 2)
  vb = values[:count, :mask.size(3)].transpose(1, 2)
  if q.is_cuda:
    whole = mask.expand([count, groups, qb.size(2), mask.size(3)])
    o = torch.scaled_dot_product_attention(qb, kb, vb, whole, 0., False)
  else:
    o, lse = torch._scaled_dot_product_flash_attention_for_cpu(qb, kb, vb, 0., False, attn_mask=mask)
  return o.reshape([count, q.size(1) * q.size(2)])

def results(x: Tensor, norm: Tensor, head: Tensor, wanted: List[int], eps: float, least: int,
        most: int) -> List[Tensor]:
  # the most likely next token of each row, then the logits [vocabulary] of the wanted rows
  h, r = __torch__.normalization.rms_norm(x, norm, eps)
  logits = __torch__.generation.product(h, head, least, most).to(6)
  answers = [torch.argmax(logits, -1)]
  for row in wanted:
    answers.append(logits[row])
  return answers

def prefill(token_ids: Tensor, position: int, slot: int, bank: List[Tensor], embedding: Tensor, norm: Tensor,
        head: Tensor, frequencies: Tensor, weights: List[Tensor], factors: List[Tensor], biases: List[Tensor],
        scaling: float, wanted: List[int], eps: float) -> List[Tensor]:
  # The tokens of one sequence through the whole model. By layer: keys and values of the bank, 10 weights, 11 factors, 4
  # biases -> the results after the last token
  tokens = token_ids.size(0)
  segments = [0, tokens]
  x = torch.embedding(embedding, token_ids)
  row_positions = torch.arange(position, position + tokens, dtype=4, device=x.device)
  tables = __torch__.rotary.tables(row_positions, frequencies, x.dtype)
  for i in range(len(weights) // 10):
    w = weights[i * 10:i * 10 + 10]
    f = factors[i * 11:i * 11 + 11]
    b = biases[i * 4:i * 4 + 4]
    q, k, v = __torch__.generation.to_attention(x, tables[0], tables[1], w, f, b, segments, [scaling], eps, 1, tokens)
    o = __torch__.generation.attend_alone(q, k, v, bank[i * 2][slot], bank[i * 2 + 1][slot], position)
    x = __torch__.generation.from_attention(x, o, w, f, b, segments, [scaling], eps, 1, tokens)
  return __torch__.generation.results(x[-1:], norm, head, wanted, eps, 1, 1)

def step(token_ids: Tensor, row_positions: Tensor, slot_of_row: Tensor, banks: List[Tensor], rows: List[Tensor],
        positions: List[Tensor], keys: List[int], embedding: Tensor, norm: Tensor, head: Tensor, frequencies: Tensor,
        weights: List[Tensor], factors: List[Tensor], biases: List[Tensor], segments: List[int],
        scalings: List[float], wanted: List[int], eps: float, least: int, most: int) -> List[Tensor]:
  # One token of each sequence through the whole model. By layer, then by bank: keys and values; by bank: rows and
  # positions of its slots, and the number of keys to attend over; by layer: 10 weights; by layer, then by segment: 11
  # factors and 4 biases. slot_of_row counts through the slots of all banks.
  x = torch.embedding(embedding, token_ids)
  tables = __torch__.rotary.tables(row_positions, frequencies, x.dtype)
  slots = annotate(List[Tensor], [])
  masks = annotate(List[Tensor], [])
  for bank in range(len(rows)):
    slots.append(torch.arange(rows[bank].size(0), dtype=4, device=x.device))
    places = torch.arange(keys[bank], dtype=4, device=x.device)
    later = torch.gt(places.unsqueeze(0), positions[bank].unsqueeze(1))
    mask = torch.zeros(later.size(), dtype=x.dtype, device=x.device).masked_fill_(later, float("-inf"))
    masks.append(mask.unsqueeze(1).unsqueeze(1))
  c = len(rows) * 2
  fs = len(scalings) * 11
  bs = len(scalings) * 4
  for i in range(len(weights) // 10):
    w = weights[i * 10:i * 10 + 10]
    f = factors[i * fs:i * fs + fs]
    b = biases[i * bs:i * bs + bs]
    q, k, v = __torch__.generation.to_attention(x, tables[0], tables[1], w, f, b, segments, scalings, eps, least, most)
    outputs = annotate(List[Tensor], [])
    for bank in range(len(rows)):
      outputs.append(__torch__.generation.attend_bank(q, k, v, banks[i * c + bank * 2], banks[i * c + bank * 2 + 1],
          slots[bank], rows[bank], positions[bank], masks[bank]))
    o = torch.cat(outputs, 0).index_select(0, slot_of_row)
    x = __torch__.generation.from_attention(x, o, w, f, b, segments, scalings, eps, least, most)
  return __torch__.generation.results(x, norm, head, wanted, eps, least, most)
