// Fused element-wise kernels of a decoder layer for activations in bfloat16, compiled at run time. Each replaces a chain
// of passes over memory by one; arithmetic is float32, rounded where Transformers rounds.
//
// Matrices are row-major and contiguous; a thread takes eight neighbouring elements, 16 bytes, at a time. A "vector" is
// such eight. No header is included: the run-time compiler has none.

struct __align__(16) Eight { unsigned int pair[4]; };

__device__ __forceinline__ float first(unsigned int pair) { return __uint_as_float(pair << 16); }

__device__ __forceinline__ float second(unsigned int pair) { return __uint_as_float(pair & 0xffff0000u); }

__device__ __forceinline__ unsigned int packed(float first, float second) {
  unsigned int pair;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(second), "f"(first));
  return pair;
}

// to bfloat16 and back
__device__ __forceinline__ float rounded(float x) {
  unsigned short bits;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(x));
  return __uint_as_float((unsigned int) bits << 16);
}

__device__ __forceinline__ void unpack(const Eight& eight, float* x) {
#pragma unroll
  for (int i = 0; i < 4; i++) {
    x[2 * i] = first(eight.pair[i]);
    x[2 * i + 1] = second(eight.pair[i]);
  }
}

__device__ __forceinline__ Eight pack(const float* x) {
  Eight eight;
#pragma unroll
  for (int i = 0; i < 4; i++) {
    eight.pair[i] = packed(x[2 * i], x[2 * i + 1]);
  }
  return eight;
}

// The sum over a block of whole warps, the same bits in every run; all threads get it.
__device__ float block_sum(float x) {
  __shared__ float warps[32];
#pragma unroll
  for (int distance = 16; distance > 0; distance >>= 1) {
    x += __shfl_xor_sync(0xffffffffu, x, distance);
  }
  __syncthreads();
  if ((threadIdx.x & 31) == 0) {
    warps[threadIdx.x >> 5] = x;
  }
  __syncthreads();
  float sum = 0.f;
  for (int warp = 0; warp < (blockDim.x >> 5); warp++) {
    sum += warps[warp];
  }
  return sum;
}

__device__ float block_max(float x) {
  __shared__ float warps[32];
#pragma unroll
  for (int distance = 16; distance > 0; distance >>= 1) {
    x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, distance));
  }
  __syncthreads();
  if ((threadIdx.x & 31) == 0) {
    warps[threadIdx.x >> 5] = x;
  }
  __syncthreads();
  float largest = warps[0];
  for (int warp = 1; warp < (blockDim.x >> 5); warp++) {
    largest = fmaxf(largest, warps[warp]);
  }
  return largest;
}

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

// Rotates a head's two halves: a' = a cos - b sin, b' = b cos + a sin; sign -1 rotates back.
__device__ __forceinline__ void rotated(Eight& a, Eight& b, const Eight& cos, const Eight& sin, float sign) {
  float x[8];
  float y[8];
  float c[8];
  float s[8];
  unpack(a, x);
  unpack(b, y);
  unpack(cos, c);
  unpack(sin, s);
#pragma unroll
  for (int j = 0; j < 8; j++) {
    float turned = x[j] * c[j] - sign * y[j] * s[j];
    y[j] = y[j] * c[j] + sign * x[j] * s[j];
    x[j] = turned;
  }
  a = pack(x);
  b = pack(y);
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

// Decoding: one token of each of several sequences whose keys and values are in one bank, [slots, capacity, groups,
// size]. Sequence i of the bank has row rows[i] of the step, slot slots[i], and positions[i] tokens before this one.

// Rotates q in place, and writes the rotated k, and v, into the bank. half counts vectors; the grid's x is the sequence.
extern "C" __global__ void rotate_and_store(Eight* qkv, const Eight* cos, const Eight* sin, Eight* keys, Eight* values,
                                            const int* rows, const int* slots, const int* positions, int heads,
                                            int groups, int half, int capacity) {
  int place = blockIdx.y * blockDim.x + threadIdx.x;
  int all = heads + 2 * groups;
  if (place >= all * half) {
    return;
  }
  size_t row = rows[blockIdx.x];
  int head = place / half;
  int i = place % half;
  Eight* start = qkv + (row * all + head) * (2 * half) + i;
  Eight a = start[0];
  Eight b = start[half];
  if (head < heads + groups) {
    rotated(a, b, cos[row * half + i], sin[row * half + i], 1.f);
  }
  if (head >= heads) {
    size_t token = (size_t) slots[blockIdx.x] * capacity + positions[blockIdx.x];
    start = head < heads + groups ? keys + (token * groups + head - heads) * (2 * half) + i
        : values + (token * groups + head - heads - groups) * (2 * half) + i;
  }
  start[0] = a;
  start[half] = b;
}

// Attention in two passes, so that many blocks share the keys of one sequence. A chunk is as many keys as a block has
// threads, counted from the sequence's beginning: how a sum is divided does not depend on the other sequences. Of each
// chunk and query head the first pass leaves the largest score, the sum of the exponentials, and the weighted values:
// partial [sequences, groups, chunks, queries of a group, size + 2].
#define CHUNK 256
#define MOST_QUERIES 8
#define LARGEST_HEAD 128

extern "C" __global__ void attend_chunk(const Eight* qkv, const Eight* keys, const unsigned short* values,
                                        float* partial, const int* rows, const int* slots, const int* positions,
                                        int heads, int groups, int size, int capacity, int chunks, float scale) {
  __shared__ float q[MOST_QUERIES][LARGEST_HEAD];
  __shared__ float p[MOST_QUERIES][CHUNK];
  int group = blockIdx.y / chunks;
  int chunk = blockIdx.y % chunks;
  int length = positions[blockIdx.x] + 1;
  if (chunk * CHUNK >= length) {
    return;
  }
  int queries = heads / groups;
  int vectors = size / 8;
  size_t token = (size_t) slots[blockIdx.x] * capacity + chunk * CHUNK;
  const Eight* own = qkv + ((size_t) rows[blockIdx.x] * (heads + 2 * groups) + group * queries) * vectors;
  for (int i = threadIdx.x; i < queries * vectors; i += CHUNK) {
    unpack(own[i], &q[i / vectors][i % vectors * 8]);
  }
  __syncthreads();
  float scores[MOST_QUERIES];
#pragma unroll
  for (int h = 0; h < MOST_QUERIES; h++) {
    scores[h] = 0.f;
  }
  bool present = chunk * CHUNK + threadIdx.x < length;
  if (present) {
    const Eight* key = keys + ((token + threadIdx.x) * groups + group) * vectors;
    for (int v = 0; v < vectors; v++) {
      float k[8];
      unpack(key[v], k);
#pragma unroll
      for (int h = 0; h < MOST_QUERIES; h++) {
        if (h < queries) {
#pragma unroll
          for (int j = 0; j < 8; j++) {
            scores[h] += q[h][v * 8 + j] * k[j];
          }
        }
      }
    }
  }
#pragma unroll
  for (int h = 0; h < MOST_QUERIES; h++) {
    if (h < queries) {
      p[h][threadIdx.x] = present ? scores[h] * scale : __int_as_float(0xff800000);
    }
  }
  __syncthreads();
  float* result = partial + ((size_t) (blockIdx.x * groups + group) * chunks + chunk) * queries * (size + 2);
  int warp = threadIdx.x / 32;
  int lane = threadIdx.x % 32;
  if (warp < queries) {
    float largest = p[warp][lane];
    for (int i = lane + 32; i < CHUNK; i += 32) {
      largest = fmaxf(largest, p[warp][i]);
    }
    for (int distance = 16; distance > 0; distance >>= 1) {
      largest = fmaxf(largest, __shfl_xor_sync(0xffffffffu, largest, distance));
    }
    float sum = 0.f;
    for (int i = lane; i < CHUNK; i += 32) {
      float e = __expf(p[warp][i] - largest);
      p[warp][i] = e;
      sum += e;
    }
    for (int distance = 16; distance > 0; distance >>= 1) {
      sum += __shfl_xor_sync(0xffffffffu, sum, distance);
    }
    if (lane == 0) {
      result[warp * (size + 2)] = largest;
      result[warp * (size + 2) + 1] = sum;
    }
  }
  __syncthreads();
  // q's place takes the sums of half the keys each; heads are powers of two up to half a block
  int parts = CHUNK / size;
  int part = threadIdx.x / size;
  int place = threadIdx.x % size;
  float sums[MOST_QUERIES];
#pragma unroll
  for (int h = 0; h < MOST_QUERIES; h++) {
    sums[h] = 0.f;
  }
  int end = min(CHUNK, length - chunk * CHUNK);
  for (int i = part; i < end; i += parts) {
    float v = __uint_as_float((unsigned int) values[((token + i) * groups + group) * size + place] << 16);
#pragma unroll
    for (int h = 0; h < MOST_QUERIES; h++) {
      if (h < queries) {
        sums[h] += p[h][i] * v;
      }
    }
  }
  for (int turn = 0; turn < parts; turn++) {
    __syncthreads();
    if (part == turn) {
#pragma unroll
      for (int h = 0; h < MOST_QUERIES; h++) {
        if (h < queries) {
          q[h][place] = turn == 0 ? sums[h] : q[h][place] + sums[h];
        }
      }
    }
  }
  __syncthreads();
  for (int i = threadIdx.x; i < queries * size; i += CHUNK) {
    result[i / size * (size + 2) + 2 + i % size] = q[i / size][i % size];
  }
}

// Puts the chunks together -> output [rows of the step, heads * size]. A block is a sequence and a group of queries, a
// thread a place in the head.
extern "C" __global__ void attend_combine(const float* partial, unsigned short* output, const int* rows,
                                          const int* positions, int heads, int groups, int size, int chunks) {
  int group = blockIdx.y;
  int queries = heads / groups;
  int own = positions[blockIdx.x] / CHUNK + 1;
  const float* results = partial + (size_t) (blockIdx.x * groups + group) * chunks * queries * (size + 2);
  unsigned short* place = output + ((size_t) rows[blockIdx.x] * heads + group * queries) * size + threadIdx.x;
  for (int h = 0; h < queries; h++) {
    float largest = __int_as_float(0xff800000);
    float sum = 0.f;
    float value = 0.f;
    for (int chunk = 0; chunk < own; chunk++) {
      const float* result = results + ((size_t) chunk * queries + h) * (size + 2);
      float most = fmaxf(largest, result[0]);
      float before = __expf(largest - most);
      float now = __expf(result[0] - most);
      sum = sum * before + result[1] * now;
      value = value * before + result[2 + threadIdx.x] * now;
      largest = most;
    }
    unsigned short bits;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(value / sum));
    place[h * size] = bits;
  }
}
