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
    place[h * size] = bits(value / sum);
  }
}

// Products of few rows: y [rows, outputs] = x [rows, inputs] weight^T [+ bias]. A block has sixteen outputs, each of its
// eight warps every eighth stretch of 32 inputs, so a weight is read once, by one block. The tensor cores multiply in
// stretches of 16 inputs whose order is free as long as both sides keep it: a thread takes eight neighbouring inputs of
// two outputs, and of one row of x in each tile of eight rows. What a row becomes depends on that row alone. weight and
// x count vectors a row; inputs are whole stretches. The grid's y is a block of rows.

__device__ __forceinline__ uint4 read_once(const uint4* place) {
  uint4 x;
  asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4];"
      : "=r"(x.x), "=r"(x.y), "=r"(x.z), "=r"(x.w) : "l"(place));
  return x;
}

__device__ __forceinline__ void multiply(float* sums, unsigned int a0, unsigned int a1, unsigned int a2,
                                         unsigned int a3, unsigned int b0, unsigned int b1) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
      "{%0, %1, %2, %3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
      : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}

#define WARPS 8
#define OUTPUTS 16

template <int TILES>
__device__ __forceinline__ void few_rows(const uint4* weight, int weight_stride, const uint4* x, int inputs,
                                         int outputs, const unsigned short* bias, unsigned short* y) {
  __shared__ float partial[WARPS][OUTPUTS][TILES * 8 + 1];
  int warp = threadIdx.x / 32;
  int lane = threadIdx.x % 32;
  int output = blockIdx.x * OUTPUTS + lane / 4;
  int stride = inputs / 8;
  // outputs past the last one read the last one's weights, and are not written
  const uint4* upper = weight + (size_t) min(output, outputs - 1) * weight_stride + lane % 4;
  const uint4* lower = weight + (size_t) min(output + 8, outputs - 1) * weight_stride + lane % 4;
  const uint4* rows = x + ((size_t) blockIdx.y * TILES * 8 + lane / 4) * stride + lane % 4;
  float sums[TILES][4];
#pragma unroll
  for (int tile = 0; tile < TILES; tile++) {
    sums[tile][0] = sums[tile][1] = sums[tile][2] = sums[tile][3] = 0.f;
  }
#pragma unroll 4
  for (int i = warp * 4; i < stride; i += WARPS * 4) {
    uint4 a = read_once(upper + i);
    uint4 b = read_once(lower + i);
#pragma unroll
    for (int tile = 0; tile < TILES; tile++) {
      uint4 c = rows[(size_t) tile * 8 * stride + i];
      multiply(sums[tile], a.x, b.x, a.y, b.y, c.x, c.y);
      multiply(sums[tile], a.z, b.z, a.w, b.w, c.z, c.w);
    }
  }
#pragma unroll
  for (int tile = 0; tile < TILES; tile++) {
    int row = tile * 8 + lane % 4 * 2;
    partial[warp][lane / 4][row] = sums[tile][0];
    partial[warp][lane / 4][row + 1] = sums[tile][1];
    partial[warp][lane / 4 + 8][row] = sums[tile][2];
    partial[warp][lane / 4 + 8][row + 1] = sums[tile][3];
  }
  __syncthreads();
  for (int i = threadIdx.x; i < OUTPUTS * TILES * 8; i += WARPS * 32) {
    int place = blockIdx.x * OUTPUTS + i % OUTPUTS;
    if (place < outputs) {
      float sum = 0.f;
#pragma unroll
      for (int w = 0; w < WARPS; w++) {
        sum += partial[w][i % OUTPUTS][i / OUTPUTS];
      }
      if (bias != nullptr) {
        sum += __uint_as_float((unsigned int) bias[place] << 16);
      }
      y[((size_t) blockIdx.y * TILES * 8 + i / OUTPUTS) * outputs + place] = bits(sum);
    }
  }
}

extern "C" __global__ void __launch_bounds__(256) product_8(const uint4* weight, int stride, const uint4* x,
                                                            int inputs, int outputs, const unsigned short* bias,
                                                            unsigned short* y) {
  few_rows<1>(weight, stride, x, inputs, outputs, bias, y);
}

extern "C" __global__ void __launch_bounds__(256) product_16(const uint4* weight, int stride, const uint4* x,
                                                             int inputs, int outputs, const unsigned short* bias,
                                                             unsigned short* y) {
  few_rows<2>(weight, stride, x, inputs, outputs, bias, y);
}

extern "C" __global__ void __launch_bounds__(256) product_32(const uint4* weight, int stride, const uint4* x,
                                                             int inputs, int outputs, const unsigned short* bias,
                                                             unsigned short* y) {
  few_rows<4>(weight, stride, x, inputs, outputs, bias, y);
}

// Adds one adapter to its rows of y [rows, outputs]: scaling * z B^T, and its bias if it has one. Up to three
// projections lie side by side, each with a B [outputs, rank] and as many columns of z [rows, ranks]; first_end and
// second_end are where the first two end. The grid's y is the row.
extern "C" __global__ void add_adapter(unsigned short* y, const unsigned short* z, const unsigned short* b_first,
                                       const unsigned short* b_second, const unsigned short* b_third, int rank_first,
                                       int rank_second, int rank_third, int first_end, int second_end, int outputs,
                                       const unsigned short* bias, int first_row, float scaling) {
  int place = blockIdx.x * blockDim.x + threadIdx.x;
  if (place >= outputs) {
    return;
  }
  size_t row = first_row + blockIdx.y;
  const unsigned short* low = z + row * (rank_first + rank_second + rank_third);
  const unsigned short* b = b_first + (size_t) place * rank_first;
  int rank = rank_first;
  if (place >= second_end) {
    low += rank_first + rank_second;
    b = b_third + (size_t) (place - second_end) * rank_third;
    rank = rank_third;
  } else if (place >= first_end) {
    low += rank_first;
    b = b_second + (size_t) (place - first_end) * rank_second;
    rank = rank_second;
  }
  float sum = 0.f;
  for (int r = 0; r < rank; r++) {
    sum += __uint_as_float((unsigned int) b[r] << 16) * __uint_as_float((unsigned int) low[r] << 16);
  }
  float value = __uint_as_float((unsigned int) y[row * outputs + place] << 16) + scaling * sum;
  if (bias != nullptr) {
    value += __uint_as_float((unsigned int) bias[place] << 16);
  }
  y[row * outputs + place] = bits(value);
}
