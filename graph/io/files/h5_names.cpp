#include "graph/io/files/h5_names.hpp"

namespace caloquant {

std::string dataset_path(const std::string& name) {
  if (name.empty()) {
    return "/%";
  }
  constexpr const char* digits = "0123456789ABCDEF";
  const bool dots = name.find_first_not_of('.') == std::string::npos;  // HDF5 takes "." for a group
  std::string path = "/";
  for (const char c : name) {
    if (c == '/' || c == '%' || c == '\0' || dots) {
      const auto byte = static_cast<unsigned char>(c);
      path += {'%', digits[byte >> 4U], digits[byte & 15U]};
    } else {
      path += c;
    }
  }
  return path;
}

}  // namespace caloquant
