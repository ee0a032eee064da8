// The implementations side by side, for tests that compare them. Everybody else calls the functions
// of CKernels.h, which call the implementation that was chosen when the program started.
//
// Swift imports this header as `CKernels.Table`; `import CKernels` alone does not show it.

#ifndef CKERNELS_TABLE_H
#define CKERNELS_TABLE_H

#include "CKernels.h"

/// What one implementation provides: for each function of `kernels.def`, which CKernels.h describes
/// under the same name with the prefix `ck_`, a pointer to it.
typedef struct {
  /// As ck_implementation() has it.
  const char *name;
  /// As ck_panel_width() has it.
  ptrdiff_t panel_width;
#define CK_KERNEL(TYPE, NAME, PARAMETERS, ARGUMENTS) TYPE(*NAME) PARAMETERS;
#include "../kernels.def"
} ck_table;

/// The implementation of this name ("avx512", "avx2" or "portable"); NULL where there is none or
/// this processor cannot run it.
const ck_table *ck_find(const char *name);

#endif
