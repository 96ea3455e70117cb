# Cross-entropy of the next token. Logits are made in chunks of tokens, turned into their gradient in place and let go, so
# tokens x vocabulary numbers never exist at once.

def next_token_loss(x: Tensor, norm: Tensor, head: Tensor, targets: Tensor, eps: float, chunk: int,
        gradient_scale: float) -> List[Tensor]:
  # x [tokens, hidden], targets [tokens] with -100 where nothing is predicted
  # -> the sum of the negative log likelihoods (float64) and, if gradient_scale is not 0, gradient_scale * d sum / d x
  h, inverse_rms = __torch__.normalization.rms_norm(x, norm, eps)
  tokens = x.size(0)
  total = torch.zeros([], dtype=7, device=x.device)
  dh = torch.empty(h.size(), dtype=h.dtype, device=h.device)
  start = 0
  while start < tokens:
    end = ops.prim.min(start + chunk, tokens)
    target = targets[start:end]
    predicted = torch.ge(target, 0).to(6).unsqueeze(1)
    index = target.clamp_min(0).unsqueeze(1)
    log_probability = torch._log_softmax(__torch__.product.linear(h[start:end], head).to(6), -1, False)
    total = total - torch.sum(log_probability.gather(1, index) * predicted, dtype=7)
    if gradient_scale != 0.:
      d_logits = log_probability.exp_()
      d_logits.scatter_add_(1, index, torch.full_like(predicted, -1.))
      # scaling after the product touches hidden numbers a token instead of vocabulary
      scale = (predicted * gradient_scale).to(h.dtype)
      if h.dtype == 5:
        # but float16 would lose the probabilities of unlikely tokens, which is what the loss is scaled for
        d_logits.mul_(predicted * gradient_scale)
        scale = torch.ones_like(scale)
      torch.mul(__torch__.product.times(d_logits.to(h.dtype), head), scale, out=dh[start:end])
    start = end
  if gradient_scale == 0.:
    return [total]
  return [total, __torch__.normalization.rms_norm_backward(dh, x, norm, inverse_rms)]

def logits(x: Tensor, norm: Tensor, head: Tensor, eps: float) -> Tensor:
  h, inverse_rms = __torch__.normalization.rms_norm(x, norm, eps)
  return __torch__.product.linear(h, head).to(6)
