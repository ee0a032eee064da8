#ifndef COUNTERPOISE_CMETER_H
#define COUNTERPOISE_CMETER_H

#include <stddef.h>
#include <stdint.h>

/// Multiplies and adds in registers only, as wide as the processor can; returns the additions and
/// multiplications done, which are `rounds` times a constant.
uint64_t meter_fma(uint64_t rounds);

/// What `meter_fma` uses here: "AVX-512F", "AVX2 + FMA" or "portable".
const char *meter_fma_name(void);

/// The same of bfloat16 numbers, two of whose products are added to each float (VDPBF16PS); 0 where
/// the processor lacks AVX512-BF16.
uint64_t meter_bf16(uint64_t rounds);

/// The same with tiles (TDPBF16PS of AMX). Only where the processor has them and the process was
/// given leave to use them.
uint64_t meter_amx(uint64_t rounds);

/// Reads `count` numbers once; the sum keeps the compiler from leaving that out.
float meter_read(const float *numbers, size_t count);

#endif
