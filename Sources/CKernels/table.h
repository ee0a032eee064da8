// What the implementations and dispatch.c share.

#ifndef CK_TABLE_H
#define CK_TABLE_H

#include "CKernelsTable.h"

// One table an implementation, each defined in the file of the same name.
extern const ck_table ck_portable;
#if defined(__x86_64__)
extern const ck_table ck_avx2;
extern const ck_table ck_avx512;
#endif

// What ck_set_far was told last; 0 at first.
extern _Atomic int ck_far;

#endif
