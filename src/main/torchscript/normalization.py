# RMS normalisation (Zhang and Sennrich 2019), as Qwen2RMSNorm computes it: statistics in float32, the product with the
# weight in the type of the input.

def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tuple[Tensor, Tensor]:
  # x [tokens, hidden] -> normalised x, and the reciprocal root mean square [tokens, 1] that the backward pass needs
  f = x.to(6)
  inverse_rms = torch.rsqrt(torch.mean(f * f, [-1], True) + eps)
  return ((f * inverse_rms).to(x.dtype) * weight, inverse_rms)

def rms_norm_backward(dy: Tensor, x: Tensor, weight: Tensor, inverse_rms: Tensor) -> Tensor:
  # With n = x * r and r = (mean(x^2) + eps)^-1/2:  dx = r * (g - n * mean(g * n)),  g = dy * weight
  g = (dy * weight).to(6)
  f = x.to(6)
  mean = torch.mean(g * f, [-1], True)
  correction = mean * inverse_rms * inverse_rms * inverse_rms
  return torch.addcmul(g * inverse_rms, f, correction, value=-1.).to(x.dtype)
