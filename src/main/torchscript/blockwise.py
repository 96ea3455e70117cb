# Block-wise quantisation to 8 bits with the dynamic data type (Dettmers et al. 2022): a number is its block's largest
# magnitude times an entry of a code book, whose entries lie the closer together the smaller they are.

def dynamic_map(signed: bool) -> Tensor:
  # The 256 entries in ascending order: 0, 1, and for each of seven decades below 1 the middles of equal steps from a
  # tenth of it up to it; the wider the decade, the more steps. bitsandbytes calls this create_dynamic_map.
  parts = annotate(List[Tensor], [torch.zeros([1], dtype=6), torch.ones([1], dtype=6)])
  decades = [1e-06, 1e-05, 0.0001, 0.001, 0.01, 0.1, 1.]
  steps = 2
  if signed:
    steps = 1
  for i in range(len(decades)):
    edges = torch.linspace(0.1, 1., steps + 1, dtype=6)
    middles = (edges[:-1] + edges[1:]) / 2. * decades[i]
    parts.append(middles)
    if signed:
      parts.append(torch.neg(middles))
    steps = steps * 2
  entries, order = torch.sort(torch.cat(parts, 0))
  return entries

def thresholds(entries: Tensor) -> Tensor:
  # where the nearest entry changes
  return (entries[:-1] + entries[1:]) / 2.

def quantize(x: Tensor, limits: Tensor) -> Tuple[Tensor, Tensor]:
  # x [blocks, size] -> codes uint8 like x, and the largest magnitude of each block [blocks, 1]
  largest = torch.amax(torch.abs(x), [-1], True)
  # a block of zeros is divided by the smallest normal number instead of by 0
  scaled = x / torch.clamp_min(largest, 1.1754943508222875e-38)
  return (torch.bucketize(scaled, limits, out_int32=True, right=True).to(0), largest)

def dequantize(codes: Tensor, largest: Tensor, entries: Tensor) -> Tensor:
  # codes [blocks, size], largest [blocks, 1] -> float32 like codes
  return torch.index_select(entries, 0, codes.reshape([-1]).to(3)).view(codes.size()).mul_(largest)
