#pragma once

namespace caloquant::cli {

/// Threads of libgomp that wait for others spin for up to a millisecond before they sleep. Where
/// there is more work than processors, they so take the processor from the thread that they wait
/// for. libgomp reads how long before main(), so the program starts itself once more with a time of
/// some microseconds. Not where the user has chosen (OMP_WAIT_POLICY, GOMP_SPINCOUNT) or the
/// program cannot be found; then it goes on as it is.
void wait_briefly(char** argv);

}  // namespace caloquant::cli
