#include "CBuildStamp.h"

#include <stddef.h>

// Scripts/stamp.sh writes this header, which git ignores.
#if __has_include("commit.h")
#include "commit.h"
#endif

#ifndef BUILD_STAMP_COMMIT
#define BUILD_STAMP_COMMIT NULL
#endif

const char *build_stamp_commit(void) { return BUILD_STAMP_COMMIT; }
