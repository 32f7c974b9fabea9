// What LeakSanitizer is not to report: libhdf5 itself loses 64 bytes over a damaged file.

extern "C" {
const char* __lsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier)

const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
  return "leak:libhdf5";
}
}
