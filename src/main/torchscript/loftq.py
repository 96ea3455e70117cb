# Low-rank factors that make up for what a matrix has lost by quantisation (LoftQ, Li et al. 2023).
#
# The truncated singular value decomposition comes of subspace iteration (Halko, Martinsson and Tropp 2011, algorithm
# 4.4) from a start that is the same every time. What a quantisation loses is nearly noise, whose singular values lie
# close together: with so many more directions than are asked for and so many iterations, the error is within 1e-6 of
# the least all the same. Decompositions are of small matrices only, in float64 on the processor, so an accelerator
# needs no solver library.

def start(size: int, directions: int, device: Device) -> Tensor:
  # [size, directions] uniform in [-1, 1), a hash of the place
  h = __torch__.projection.mixed(torch.arange(size * directions, dtype=4, device=device).add_(1))
  return (h.to(7) / 2147483648. - 1.).to(6).view([size, directions])

def orthonormal(z: Tensor) -> Tensor:
  # columns that span the same space, orthonormal, from the eigenvectors of z^T z; what z does not span becomes 0
  wide = z.to(7)
  values, vectors = torch.linalg_eigh((wide.t() @ wide).cpu())
  floor = torch.clamp_min(torch.amax(values) * 1e-12, 1e-300)
  scale = torch.where(torch.gt(values, floor), torch.rsqrt(torch.clamp_min(values, 1e-300)), torch.zeros_like(values))
  return (wide @ (vectors * scale).to(z.device)).to(6)

def factors(weight: Tensor, quantized: Tensor, rank: int) -> List[Tensor]:
  # weight [outputs, inputs] float32 and what its quantisation stands for, in any type -> L [outputs, rank] and R [rank,
  # inputs] with L R nearest to the difference, the singular values divided between both; then the difference's squared
  # norm without and with L R taken off, float64 [2]
  lost = torch.sub(weight, quantized.to(6))
  directions = ops.prim.min(rank * 2 + 16, ops.prim.min(lost.size(0), lost.size(1)))
  v = __torch__.loftq.orthonormal(__torch__.loftq.start(lost.size(1), directions, lost.device))
  for i in range(32):
    v = __torch__.loftq.orthonormal(lost.t() @ (lost @ v))
  y = (lost @ v).to(7)
  values, vectors = torch.linalg_eigh((y.t() @ y).cpu())
  found = ops.prim.min(rank, directions)
  largest = torch.flip(torch.clamp_min(values[directions - found:], 0.), [0])
  turned = torch.flip(vectors[:, directions - found:], [1])
  # the singular values are the square roots of these, and each factor takes the square root of a singular value
  root = torch.pow(largest, 0.25)
  inverse = torch.where(torch.gt(root, 0.), torch.reciprocal(torch.clamp_min(root, 1e-300)), root)
  # a rank beyond the matrix' own has zeros for the rest
  left = torch.constant_pad_nd((y @ (turned * inverse).to(y.device)).to(6), [0, rank - found])
  right = torch.constant_pad_nd((v.to(7) @ (turned * root).to(y.device)).t().to(6), [0, 0, 0, rank - found])
  whole = torch.sum(lost * lost, dtype=7).cpu()
  rest = whole - torch.sum(largest)
  return [left.contiguous(), right.contiguous(), torch.stack([whole, torch.clamp_min(rest, 0.)], 0)]
