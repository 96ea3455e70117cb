// The element-wise parts of a decoder layer and of the loss. Each kernel replaces a chain of passes over memory by one;
// arithmetic is float32, rounded where Transformers rounds.

// RMS normalisation of x, or of x + residual, which then takes x's place. Rows of the result begin every so many
// vectors; what is behind a row is set to zero. One block a row.
extern "C" __global__ void rms_norm(Eight* x, const Eight* residual, const Eight* weight, Eight* normalised,
                                    float* inverse_rms, int vectors, int stride, float epsilon) {
  size_t row = (size_t) blockIdx.x * vectors;
  float squares = 0.f;
  for (int i = threadIdx.x; i < vectors; i += blockDim.x) {
    float a[8];
    unpack(x[row + i], a);
    if (residual != nullptr) {
      float b[8];
      unpack(residual[row + i], b);
#pragma unroll
      for (int j = 0; j < 8; j++) {
        a[j] = rounded(a[j] + b[j]);
      }
      x[row + i] = pack(a);
    }
#pragma unroll
    for (int j = 0; j < 8; j++) {
      squares += a[j] * a[j];
    }
  }
  float inverse = rsqrtf(block_sum(squares) / (vectors * 8) + epsilon);
  if (threadIdx.x == 0) {
    inverse_rms[blockIdx.x] = inverse;
  }
  for (int i = threadIdx.x; i < vectors; i += blockDim.x) {
    float a[8];
    float w[8];
    unpack(x[row + i], a);
    unpack(weight[i], w);
#pragma unroll
    for (int j = 0; j < 8; j++) {
      a[j] = rounded(a[j] * inverse) * w[j];
    }
    normalised[(size_t) blockIdx.x * stride + i] = pack(a);
  }
  for (int i = vectors + threadIdx.x; i < stride; i += blockDim.x) {
    normalised[(size_t) blockIdx.x * stride + i] = {{0, 0, 0, 0}};
  }
}

// The gradient of x, plus another one that reaches x past the normalisation. With n = x * r:
// dx = r * (g - n * mean(g * n)), g = dy * weight. Rows of dy begin every so many vectors. One block a row.
extern "C" __global__ void rms_norm_backward(const Eight* dy, const Eight* x, const Eight* weight,
                                             const float* inverse_rms, const Eight* past, Eight* dx, int vectors,
                                             int stride) {
  size_t row = (size_t) blockIdx.x * vectors;
  dy += (size_t) blockIdx.x * stride;
  float inverse = inverse_rms[blockIdx.x];
  float products = 0.f;
  for (int i = threadIdx.x; i < vectors; i += blockDim.x) {
    float g[8];
    float a[8];
    float w[8];
    unpack(dy[i], g);
    unpack(x[row + i], a);
    unpack(weight[i], w);
#pragma unroll
    for (int j = 0; j < 8; j++) {
      products += g[j] * w[j] * a[j];
    }
  }
  float correction = block_sum(products) / (vectors * 8) * inverse * inverse * inverse;
  for (int i = threadIdx.x; i < vectors; i += blockDim.x) {
    float g[8];
    float a[8];
    float w[8];
    unpack(dy[i], g);
    unpack(x[row + i], a);
    unpack(weight[i], w);
#pragma unroll
    for (int j = 0; j < 8; j++) {
      g[j] = g[j] * w[j] * inverse - a[j] * correction;
    }
    if (past != nullptr) {
      float p[8];
      unpack(past[row + i], p);
#pragma unroll
      for (int j = 0; j < 8; j++) {
        g[j] += p[j];
      }
    }
    dx[row + i] = pack(g);
  }
}

// Rotary position embedding of the first heads of each row in place: x [tokens, heads, 2 * half], cos and sin
// [tokens, half]. half counts vectors; the grid's x is the token.
extern "C" __global__ void rotate(Eight* x, const Eight* cos, const Eight* sin, int heads, int rotated_heads,
                                  int half) {
  int place = blockIdx.y * blockDim.x + threadIdx.x;
  if (place >= rotated_heads * half) {
    return;
  }
  size_t token = blockIdx.x;
  int head = place / half;
  int i = place % half;
  Eight* start = x + (token * heads + head) * (2 * half) + i;
  Eight a = start[0];
  Eight b = start[half];
  rotated(a, b, cos[token * half + i], sin[token * half + i], 1.f);
  start[0] = a;
  start[half] = b;
}

// The way back: gradients of q [tokens, heads, size], k and v [tokens, groups, size] side by side, those of q and k
// rotated back -> [tokens, heads + 2 * groups, size]
extern "C" __global__ void rotate_back(const Eight* dq, const Eight* dk, const Eight* dv, Eight* dx, const Eight* cos,
                                       const Eight* sin, int heads, int groups, int half) {
  int place = blockIdx.y * blockDim.x + threadIdx.x;
  int all = heads + 2 * groups;
  if (place >= all * half) {
    return;
  }
  size_t token = blockIdx.x;
  int head = place / half;
  int i = place % half;
  const Eight* from;
  if (head < heads) {
    from = dq + (token * heads + head) * (2 * half) + i;
  } else if (head < heads + groups) {
    from = dk + (token * groups + head - heads) * (2 * half) + i;
  } else {
    from = dv + (token * groups + head - heads - groups) * (2 * half) + i;
  }
  Eight a = from[0];
  Eight b = from[half];
  if (head < heads + groups) {
    rotated(a, b, cos[token * half + i], sin[token * half + i], -1.f);
  }
  Eight* start = dx + (token * all + head) * (2 * half) + i;
  start[0] = a;
  start[half] = b;
}

// SwiGLU: silu(gate) * up of [rows, gate | up] -> [rows, inner]. inner counts vectors; the grid's x is the row.
extern "C" __global__ void swiglu(const Eight* gate_up, Eight* product, int inner) {
  int i = blockIdx.y * blockDim.x + threadIdx.x;
  if (i >= inner) {
    return;
  }
  size_t row = blockIdx.x;
  float g[8];
  float u[8];
  unpack(gate_up[row * 2 * inner + i], g);
  unpack(gate_up[row * 2 * inner + inner + i], u);
#pragma unroll
  for (int j = 0; j < 8; j++) {
    u[j] *= rounded(g[j] / (1.f + __expf(-g[j])));
  }
  product[row * inner + i] = pack(u);
}

// The gradients of gate and up take the place of gate and up, and the product, which the gradient of the next
// projection's A needs, the place of its own gradient.
extern "C" __global__ void swiglu_backward(Eight* d_product, Eight* gate_up, int inner) {
  int i = blockIdx.y * blockDim.x + threadIdx.x;
  if (i >= inner) {
    return;
  }
  size_t row = blockIdx.x;
  float d[8];
  float g[8];
  float u[8];
  unpack(d_product[row * inner + i], d);
  unpack(gate_up[row * 2 * inner + i], g);
  unpack(gate_up[row * 2 * inner + inner + i], u);
#pragma unroll
  for (int j = 0; j < 8; j++) {
    float sigmoid = 1.f / (1.f + __expf(-g[j]));
    float silu = g[j] * sigmoid;
    float d_gate = d[j] * u[j] * (sigmoid + silu * (1.f - sigmoid));
    float product = rounded(silu) * u[j];
    u[j] = d[j] * silu;
    g[j] = d_gate;
    d[j] = product;
  }
  d_product[row * inner + i] = pack(d);
  gate_up[row * 2 * inner + i] = pack(g);
  gate_up[row * 2 * inner + inner + i] = pack(u);
}

// Cross-entropy of one row of logits a block: the negative log likelihood of its target, 0 where the target is
// negative, and, if wanted, its gradient by the logits in their place. vectors is the vocabulary's length.
extern "C" __global__ void cross_entropy(Eight* logits, const long long* targets, float* losses, int vectors,
                                         int gradient) {
  Eight* row = logits + (size_t) blockIdx.x * vectors;
  long long target = targets[blockIdx.x];
  const float nothing = __int_as_float(0xff800000);
  float largest = nothing;
  float sum = 0.f;
  for (int i = threadIdx.x; i < vectors; i += blockDim.x) {
    float x[8];
    unpack(row[i], x);
    float most = largest;
#pragma unroll
    for (int j = 0; j < 8; j++) {
      most = fmaxf(most, x[j]);
    }
    sum *= __expf(largest - most);
#pragma unroll
    for (int j = 0; j < 8; j++) {
      sum += __expf(x[j] - most);
    }
    largest = most;
  }
  float most = block_max(largest);
  float log_sum = most + logf(block_sum(largest == nothing ? 0.f : sum * __expf(largest - most)));
  if (threadIdx.x == 0) {
    float of_target = 0.f;
    if (target >= 0) {
      unsigned int pair = row[target / 8].pair[target % 8 / 2];
      of_target = target % 2 == 0 ? first(pair) : second(pair);
    }
    losses[blockIdx.x] = target >= 0 ? log_sum - of_target : 0.f;
  }
  if (gradient == 0) {
    return;
  }
  __syncthreads();
  for (int i = threadIdx.x; i < vectors; i += blockDim.x) {
    float x[8];
    unpack(row[i], x);
#pragma unroll
    for (int j = 0; j < 8; j++) {
      x[j] = target < 0 ? 0.f : __expf(x[j] - log_sum) - (i * 8LL + j == target ? 1.f : 0.f);
    }
    row[i] = pack(x);
  }
}

// One of the matrices of 4 bits a weight that nf4.py describes, made dense: pairs is the code book [256, 2], of which
// the second column of the first 16 rows are the 16 entries. A thread takes 16 bytes, 32 weights, half a block.
extern "C" __global__ void nf4_dense(const unsigned char* matrix, Eight* dense, long long mean_at, long long factors_at,
                                     long long codes_at, long long weights_at, int halves) {
  __shared__ float entries[16];
  if (threadIdx.x < 16) {
    entries[threadIdx.x] = second(((const unsigned int*) matrix)[threadIdx.x]);
  }
  __syncthreads();
  int half = blockIdx.x * blockDim.x + threadIdx.x;
  if (half >= halves) {
    return;
  }
  int block = half / 2;
  const float* scale_entries = (const float*) (matrix + 1024);
  float mean = *(const float*) (matrix + mean_at);
  float factor = ((const float*) (matrix + factors_at))[block / 256];
  float scale = scale_entries[matrix[codes_at + block]] * factor + mean;
  uint4 bytes = ((const uint4*) (matrix + weights_at))[half];
  unsigned int words[4] = {bytes.x, bytes.y, bytes.z, bytes.w};
#pragma unroll
  for (int w = 0; w < 4; w++) {
    Eight eight;
#pragma unroll
    for (int b = 0; b < 4; b++) {
      unsigned int byte = words[w] >> (8 * b) & 255u;
      eight.pair[b] = packed(entries[byte >> 4] * scale, entries[byte & 15u] * scale);
    }
    dense[(size_t) half * 4 + w] = eight;
  }
}
