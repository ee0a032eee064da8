#include "CProcess.h"

#ifdef __linux__
#include <signal.h>
#include <sys/prctl.h>

void process_continue_at_end_of_parent(void) { prctl(PR_SET_PDEATHSIG, SIGCONT); }

#else

void process_continue_at_end_of_parent(void) {}

#endif
