# The optimizer's work on the flat float32 parameter vector.

def clip(gradient: Tensor, maximum: float) -> Tensor:
  # Scales the gradient in place to a norm of at most maximum (0: never); returns the norm before. The small constant is
  # that of torch.nn.utils.clip_grad_norm_.
  norm = torch.linalg_vector_norm(gradient)
  if maximum > 0.:
    gradient.mul_(torch.clamp((norm + 1e-06).reciprocal() * maximum, max=1.))
  return norm

def is_finite(x: Tensor) -> Tensor:
  # 1. where every element is a finite number, else 0.; the extremes of a tensor with a NaN are NaN, and finding them
  # takes no memory of the tensor's size
  least, greatest = torch.aminmax(x)
  return torch.all(torch.isfinite(torch.stack([least, greatest]))).to(6)

def adamw(parameters: Tensor, gradient: Tensor, first_moment: Tensor, second_moment: Tensor, steps_done: Tensor,
        learning_rate: float, beta1: float, beta2: float, epsilon: float, weight_decay: float) -> Tensor:
  # AdamW (Loshchilov and Hutter 2019). The tensors are read back from the lists that the fused kernel wrote to: the
  # script compiler does not see that their elements change and would drop the call as without effect.
  ps = [parameters]
  ms = [first_moment]
  vs = [second_moment]
  steps_done.add_(1)
  torch._fused_adamw_(ps, [gradient], ms, vs, annotate(List[Tensor], []), [steps_done], lr=learning_rate, beta1=beta1,
      beta2=beta2, weight_decay=weight_decay, eps=epsilon, amsgrad=False, maximize=False)
  return ps[0]

def moment_codes(signed: bool, device: Device) -> List[Tensor]:
  # The code book of a moment and its thresholds. As in bitsandbytes' kernel, what is less than 0 does not become 0.
  # Here neither does what is greater in the unsigned book: with a second moment of 0 beside a first moment that is not,
  # the division would be by epsilon alone.
  entries = __torch__.blockwise.dynamic_map(signed)
  limits = __torch__.blockwise.thresholds(entries)
  if signed:
    limits[126:127].fill_(0.)
  else:
    limits[:1].fill_(1.1754943508222875e-38)
  return [entries.to(device), limits.to(device)]

def adamw_8bit(parameters: Tensor, gradient: Tensor, first_codes: Tensor, first_scales: Tensor, second_codes: Tensor,
        second_scales: Tensor, first_book: List[Tensor], second_book: List[Tensor], step: int, learning_rate: float,
        beta1: float, beta2: float, epsilon: float, weight_decay: float, chunk: int) -> Tensor:
  # AdamW with moments of 8 bits (Dettmers et al. 2022): codes [blocks * 256] and scales [blocks, 1], changed in place.
  # A chunk of so many elements, a multiple of 256, is in float32 at a time. Behind the end of the vector the last block
  # is filled with zeros.
  root2 = (1. - beta2 ** float(step)) ** 0.5
  rate = learning_rate / (1. - beta1 ** float(step))
  count = parameters.size(0)
  start = 0
  while start < count:
    end = ops.prim.min(start + chunk, count)
    first = start // 256
    last = (end + 255) // 256
    g = torch.constant_pad_nd(gradient[start:end], [0, last * 256 - end]).view([-1, 256])
    m_codes = first_codes[first * 256:last * 256].view([-1, 256])
    v_codes = second_codes[first * 256:last * 256].view([-1, 256])
    m = __torch__.blockwise.dequantize(m_codes, first_scales[first:last], first_book[0])
    v = __torch__.blockwise.dequantize(v_codes, second_scales[first:last], second_book[0])
    m.mul_(beta1).add_(g, alpha=1. - beta1)
    v.mul_(beta2).addcmul_(g, g, value=1. - beta2)
    new_m, m_largest = __torch__.blockwise.quantize(m, first_book[1])
    new_v, v_largest = __torch__.blockwise.quantize(v, second_book[1])
    m_codes.copy_(new_m)
    v_codes.copy_(new_v)
    first_scales[first:last].copy_(m_largest)
    second_scales[first:last].copy_(v_largest)
    divisor = v.sqrt_().div_(root2).add_(epsilon)
    p = parameters[start:end]
    p.mul_(1. - learning_rate * weight_decay)
    p.addcdiv_(m.view([-1])[:end - start], divisor.view([-1])[:end - start], value=torch.neg(rate))
    start = end
  return parameters
