#pragma once

#include <sys/types.h>

namespace keyspan::testing {

// Stops a child process by SIGSTOP and returns when all its threads have stopped; aborts the test
// program when they do not within five seconds.
void FreezeProcess(pid_t process);
void ThawProcess(pid_t process);

}  // namespace keyspan::testing
