#pragma once

#include <cstdio>
#include <cstdlib>

// Contracts for programmer errors. They stay on in every build: none stands in an inner loop.
// A broken contract prints its place and aborts; user input must never reach one.
#define CALOQUANT_CONTRACT_(kind, condition)                                                \
  do {                                                                                      \
    if (!(condition)) {                                                                     \
      std::fprintf(stderr, "%s:%d: broken %s: %s\n", __FILE__, __LINE__, kind, #condition); \
      std::abort();                                                                         \
    }                                                                                       \
  } while (false)

#define CALOQUANT_EXPECT(condition) CALOQUANT_CONTRACT_("precondition", condition)
#define CALOQUANT_ENSURE(condition) CALOQUANT_CONTRACT_("postcondition", condition)
