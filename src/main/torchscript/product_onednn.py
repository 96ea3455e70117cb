# Matrix products, with oneDNN on the processor: its float32 kernels use the widest vectors of any vendor's processor,
# where the BLAS library that PyTorch is built with does so only on its own vendor's. float16, which is for accelerators,
# is computed in float32 and rounded once, as accelerators do: few processors have products of it.

def linear(x: Tensor, weight: Tensor) -> Tensor:
  # x [rows, inputs], weight [outputs, inputs] -> x weight^T
  if x.is_cuda:
    return x @ weight.t()
  if x.dtype == 5:
    return (x.to(6) @ weight.to(6).t()).to(5)
  return ops.mkldnn._linear_pointwise(x, weight, None, "none", annotate(List[Optional[number]], []), "")

def linear_bias(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
  if x.is_cuda:
    return torch.addmm(bias, x, weight.t())
  if x.dtype == 5:
    return torch.addmm(bias.to(6), x.to(6), weight.to(6).t()).to(5)
  return ops.mkldnn._linear_pointwise(x, weight, bias, "none", annotate(List[Optional[number]], []), "")

def times(x: Tensor, matrix: Tensor) -> Tensor:
  # x [rows, outputs], matrix [outputs, inputs] -> x matrix
  if x.is_cuda:
    return x @ matrix
  if x.dtype == 5:
    return (x.to(6) @ matrix.to(6)).to(5)
  return ops.mkldnn._linear_pointwise(x, matrix.t(), None, "none", annotate(List[Optional[number]], []), "")
