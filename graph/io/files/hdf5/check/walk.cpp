#include "graph/io/files/hdf5/check/walk.hpp"

namespace caloquant::hdf5 {
namespace {

std::string named(const std::string& what, std::uint64_t at) {
  return what + " at byte " + std::to_string(at);
}

}  // namespace

Block Walk::claim(std::uint64_t at, std::uint64_t size, const std::string& what) {
  Block block = peek(at, size, what);
  claims.claim(at, size, block.name);
  return block;
}

void Walk::claim_data(std::uint64_t at, std::uint64_t size, const std::string& what) {
  const std::uint64_t room = bytes.size() - base;
  if (at > room || size > room - at) {
    throw Damaged{named(what, at) + ": lies beyond the end of the file"};
  }
  claims.claim(at, size, named(what, at));
}

Block Walk::peek(std::uint64_t at, std::uint64_t size, const std::string& what) const {
  const std::string name = named(what, at);
  if (at > bytes.size() - base) {
    throw Damaged{name + ": lies beyond the end of the file"};
  }
  return {bytes.read(base + at, size, name), name};
}

void Walk::visit(std::uint64_t object) {
  if (known_objects.insert(object).second) {
    waiting_objects.push_back(object);
  }
}

}  // namespace caloquant::hdf5
