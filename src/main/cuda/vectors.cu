// What the kernels have in common. Matrices are bfloat16, row-major; a thread takes eight neighbouring elements, 16
// bytes, at a time. A "vector" is such eight. The texts of this folder are compiled as one, at run time and without any
// header: the run-time compiler has none.

struct __align__(16) Eight { unsigned int pair[4]; };

__device__ __forceinline__ float first(unsigned int pair) { return __uint_as_float(pair << 16); }

__device__ __forceinline__ float second(unsigned int pair) { return __uint_as_float(pair & 0xffff0000u); }

__device__ __forceinline__ unsigned int packed(float first, float second) {
  unsigned int pair;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(second), "f"(first));
  return pair;
}

// to bfloat16
__device__ __forceinline__ unsigned short bits(float x) {
  unsigned short result;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(result) : "f"(x));
  return result;
}

// and back
__device__ __forceinline__ float rounded(float x) { return __uint_as_float((unsigned int) bits(x) << 16); }

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
