# Rotary position embedding (Su et al. 2021) in the half-split layout of Hugging Face's Llama and Qwen2.

def inverse_frequencies(head_size: int, theta: float, like: Tensor) -> Tensor:
  # float32 arithmetic throughout, as Transformers does it: at position 2,000 the last bits of a frequency matter
  exponent = torch.arange(0, head_size, 2, dtype=6, device=like.device) / float(head_size)
  return torch.reciprocal(torch.pow(theta, exponent))

def llama3_scaled(frequencies: Tensor, factor: float, low_freq_factor: float, high_freq_factor: float,
        original_context: float) -> Tensor:
  # Llama 3.1's stretch of the low frequencies; source: modeling_rope_utils.py of Transformers, "llama3"
  wavelength = 6.283185307179586 / frequencies
  low_wavelength = original_context / low_freq_factor
  high_wavelength = original_context / high_freq_factor
  scaled = torch.where(wavelength > low_wavelength, frequencies / factor, frequencies)
  smooth = (original_context / wavelength - low_freq_factor) / (high_freq_factor - low_freq_factor)
  smoothed = (1. - smooth) * scaled / factor + smooth * scaled
  medium = torch.logical_and(wavelength >= high_wavelength, wavelength <= low_wavelength)
  return torch.where(medium, smoothed, scaled)

def tables(positions: Tensor, frequencies: Tensor, dtype: int) -> List[Tensor]:
  # positions [tokens] -> cosines and sines [tokens, 1, head_size / 2]
  angles = torch.outer(positions.to(6), frequencies).unsqueeze(1)
  return [torch.cos(angles).to(dtype), torch.sin(angles).to(dtype)]

def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  # x [tokens, heads, head_size]; the inverse rotation, which is also the backward pass, takes -sin
  half = x.size(-1) // 2
  a = x[:, :, :half]
  b = x[:, :, half:]
  y = torch.empty(x.size(), dtype=x.dtype, device=x.device)
  y[:, :, :half].copy_(torch.addcmul(a * cos, b, sin, value=-1.))
  y[:, :, half:].copy_(torch.addcmul(b * cos, a, sin))
  return y
