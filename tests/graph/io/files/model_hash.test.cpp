#include "graph/io/files/model_hash.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "graph/io/files/sha256.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

namespace fs = std::filesystem;

void write_file(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

TEST(ModelHash, OfAFileIsThatOfItsBytes) {
  const testing::TempDir folder;
  write_file(folder / "model.onnx", "abc");
  EXPECT_EQ(sha256_of_model(folder / "model.onnx"), sha256_of_file(folder / "model.onnx"));
  EXPECT_EQ(sha256_of_model(folder / "absent.onnx"), "");
}

TEST(ModelHash, OfAFolderIsThatOfNamesAndContents) {
  const testing::TempDir folder;
  write_file(folder / "a/saved_model.pb", "graph");
  write_file(folder / "a/variables/variables.index", "weights");
  fs::copy(folder / "a", folder / "same", fs::copy_options::recursive);
  fs::copy(folder / "a", folder / "other", fs::copy_options::recursive);
  write_file(folder / "other/variables/variables.index", "Weights");
  fs::copy(folder / "a", folder / "renamed", fs::copy_options::recursive);
  fs::rename(folder / "renamed/saved_model.pb", folder / "renamed/saved_model_.pb");
  const std::string hash = sha256_of_model(folder / "a");
  EXPECT_EQ(hash.size(), 64U);
  EXPECT_EQ(sha256_of_model(folder / "same"), hash);
  EXPECT_NE(sha256_of_model(folder / "other"), hash);
  EXPECT_NE(sha256_of_model(folder / "renamed"), hash);
}

}  // namespace
}  // namespace caloquant
