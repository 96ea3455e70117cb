# The optimizer's work on the flat float32 parameter vector.

def clip(gradient: Tensor, maximum: float) -> Tensor:
  # Scales the gradient in place to a norm of at most maximum (0: never); returns the norm before. The small constant is
  # that of torch.nn.utils.clip_grad_norm_.
  norm = torch.linalg_vector_norm(gradient)
  if maximum > 0.:
    gradient.mul_(torch.clamp((norm + 1e-06).reciprocal() * maximum, max=1.))
  return norm

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
