// The implementations that dispatch.c chooses from.

#ifndef CK_TABLE_H
#define CK_TABLE_H

#include "CKernels.h"

/// ck_set_far's.
extern _Atomic int ck_far;

extern const ck_table ck_portable;
#if defined(__x86_64__)
extern const ck_table ck_avx2;
extern const ck_table ck_avx512;
#endif

#endif
