# Matrix products where the native library has no oneDNN.

def linear(x: Tensor, weight: Tensor) -> Tensor:
  # x [rows, inputs], weight [outputs, inputs] -> x weight^T
  return x @ weight.t()

def linear_bias(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
  return torch.addmm(bias, x, weight.t())

def times(x: Tensor, matrix: Tensor) -> Tensor:
  # x [rows, outputs], matrix [outputs, inputs] -> x matrix
  return x @ matrix
