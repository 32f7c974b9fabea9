// A broken contract aborts, and gcov would lose what the process has counted: the linker leads
// every call of abort() here (preset coverage).

extern "C" {
void __gcov_dump();                // NOLINT(bugprone-reserved-identifier) of libgcov
void __wrap_abort();               // NOLINT(bugprone-reserved-identifier) of the linker
[[noreturn]] void __real_abort();  // NOLINT(bugprone-reserved-identifier) of the linker

void __wrap_abort() {
  __gcov_dump();
  __real_abort();
}
}
