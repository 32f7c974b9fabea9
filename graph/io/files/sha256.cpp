#include "graph/io/files/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <caloquant/error.hpp>
#include <vector>

#include "ops/core/input_file.hpp"

namespace caloquant {
namespace {

void expect_done(int status) {
  if (status != 1) {
    throw BackendError("libcrypto", "cannot compute a SHA-256", "check its configuration");
  }
}

}  // namespace

struct Sha256::Context {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> state{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  EVP_MD_CTX* state = context_->state.get();
  expect_done(state == nullptr ? 0 : EVP_DigestInit_ex(state, EVP_sha256(), nullptr));
}

Sha256::~Sha256() = default;

void Sha256::update(std::span<const std::byte> bytes) {
  expect_done(EVP_DigestUpdate(context_->state.get(), bytes.data(), bytes.size()));
}

void Sha256::update(const std::string& text) {
  update(std::as_bytes(std::span(text.data(), text.size())));
}

std::string Sha256::finish() {
  std::array<unsigned char, 32> digest{};
  expect_done(EVP_DigestFinal_ex(context_->state.get(), digest.data(), nullptr));
  std::string text;
  for (const unsigned char byte : digest) {
    text += "0123456789abcdef"[byte >> 4U];
    text += "0123456789abcdef"[byte & 15U];
  }
  return text;
}

std::string sha256_of_file(const std::filesystem::path& file, std::size_t first) {
  const std::optional<InputFile> bytes = InputFile::find(file);
  if (!bytes) {
    return {};
  }
  Sha256 hash;
  std::vector<std::byte> buffer(1 << 20);
  for (std::uint64_t at = first; at < bytes->size();) {
    const std::size_t got = bytes->read(at, buffer);
    if (got == 0) {
      return {};
    }
    hash.update(std::span(buffer).first(got));
    at += got;
  }
  return hash.finish();
}

}  // namespace caloquant
