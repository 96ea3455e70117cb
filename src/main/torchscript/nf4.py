# Matrices of 4 bits a weight: NormalFloat, with the scales of its blocks quantised again (QLoRA, Dettmers et al. 2023).
# A weight is an entry of a code book of 16 times its block's largest magnitude; blocks are 64 weights in row-major
# order of one of the model's matrices. The scales, less their mean, are quantised to 8 bits in blocks of 256.
#
# A matrix that the kernels take is one vector of bytes: the code book as pairs [256, 2] in the type of the products, so
# that a byte looks two weights up; the code book of the scales, 256 float32; and of each of the model's matrices that
# it is stacked of
#   mean of the scales, float32, 12 bytes of padding; factors of the scales, float32, padded to 16 bytes; scales, padded
#   to whole blocks; weights, the first of two in the upper half of a byte, padded to whole blocks.

def entries() -> Tensor:
  # the quantiles of the normal distribution, float32 [16], as bitsandbytes has them
  return torch.tensor([-1., -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
      -0.18477343022823334, -0.09105003625154495, 0., 0.07958029955625534, 0.16093020141124725, 0.24611230194568634,
      0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.], dtype=6)

def header(dtype: int, device: Device) -> Tensor:
  # what precedes the parts of a matrix
  book = __torch__.nf4.entries()
  byte = torch.arange(256, dtype=4)
  upper = torch.index_select(book, 0, torch.bitwise_right_shift(byte, 4))
  lower = torch.index_select(book, 0, torch.bitwise_and(byte, 15))
  pairs = torch.stack([upper, lower], 1).to(dtype).reshape([-1])
  scales = __torch__.blockwise.dynamic_map(True)
  return torch.cat([torch.view_copy(pairs, dtype=0), torch.view_copy(scales, dtype=0)], 0).to(device)

def quantize(x: Tensor) -> List[Tensor]:
  # x of any shape and floating type -> weights uint8 [blocks * 32], scales float32 [blocks]
  flat = x.reshape([-1]).to(6)
  blocks = (flat.size(0) + 63) // 64
  filled = torch.constant_pad_nd(flat, [0, blocks * 64 - flat.size(0)]).view([blocks, 64])
  largest = torch.amax(torch.abs(filled), [-1], True)
  # a block of zeros is divided by the smallest normal number instead of by 0
  scaled = filled * torch.reciprocal(torch.clamp_min(largest, 1.1754943508222875e-38))
  limits = __torch__.blockwise.thresholds(__torch__.nf4.entries()).to(x.device)
  codes = torch.bucketize(scaled, limits, out_int32=True, right=False).view([-1, 2])
  packed = torch.add(codes[:, 1], codes[:, 0], alpha=16).to(0)
  return [packed, largest.view([-1])]

def padded(bytes: Tensor, multiple: int) -> Tensor:
  rest = bytes.size(0) % multiple
  if rest == 0:
    return bytes
  return torch.constant_pad_nd(bytes, [0, multiple - rest])

def part(weights: Tensor, scales: Tensor) -> Tensor:
  # one of the model's matrices as bytes, of all that quantize returned for it
  mean = torch.mean(scales)
  blocks = scales.size(0)
  groups = (blocks + 255) // 256
  centred = torch.constant_pad_nd(scales - mean, [0, groups * 256 - blocks]).view([groups, 256])
  limits = __torch__.blockwise.thresholds(__torch__.blockwise.dynamic_map(True)).to(scales.device)
  codes, factors = __torch__.blockwise.quantize(centred, limits)
  return torch.cat([__torch__.nf4.padded(torch.view_copy(mean.view([1]), dtype=0), 16),
      __torch__.nf4.padded(torch.view_copy(factors.view([-1]), dtype=0), 16), codes.view([-1]), weights], 0)

def dense(matrix: Tensor, inputs: int, b: List[Tensor], dtype: int) -> Tensor:
  # the matrix [outputs, inputs] that a vector of bytes stands for; b has a tensor for each part, as many rows as it has
  # outputs. A chunk of so many blocks stays in a processor's cache; an accelerator takes what fills it, and no more
  # memory on the way than 64 million weights need.
  chunk = 8192
  if matrix.is_cuda:
    chunk = 1048576
  outputs = 0
  for slot in range(len(b)):
    outputs = outputs + b[slot].size(0)
  result = torch.empty([outputs, inputs], dtype=dtype, device=matrix.device)
  table = 1024
  if dtype == 6:
    table = 2048
  pairs = torch.view_copy(matrix[:table], dtype=dtype).view([256, 2])
  scale_entries = torch.view_copy(matrix[table:table + 1024], dtype=6)
  place = table + 1024
  row = 0
  for slot in range(len(b)):
    rows = b[slot].size(0)
    blocks = (rows * inputs + 63) // 64
    groups = (blocks + 255) // 256
    mean = torch.view_copy(matrix[place:place + 4], dtype=6)
    place = place + 16
    factors = torch.view_copy(matrix[place:place + groups * 4], dtype=6).view([groups, 1])
    place = place + (groups + 3) // 4 * 16
    codes = matrix[place:place + groups * 256].view([groups, 256])
    place = place + groups * 256
    scales = __torch__.blockwise.dequantize(codes, factors, scale_entries).add_(mean).view([-1, 1])[:blocks]
    bytes = matrix[place:place + blocks * 32]
    place = place + blocks * 32
    target = result[row:row + rows].view([-1])
    first = 0
    while first < blocks:
      last = ops.prim.min(first + chunk, blocks)
      weights = torch.index_select(pairs, 0, bytes[first * 32:last * 32].to(3)).view([-1, 64])
      if last * 64 <= rows * inputs:
        torch.mul(weights, scales[first:last], out=target[first * 64:last * 64].view([-1, 64]))
      else:
        product = (weights * scales[first:last]).view([-1])
        target[first * 64:].copy_(product[:rows * inputs - first * 64])
      first = last
    row = row + rows
  return result
