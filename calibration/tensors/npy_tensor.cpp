#include <bit>
#include <caloquant/error.hpp>
#include <cstring>
#include <type_traits>

#include "calibration/tensors/npy_header.hpp"
#include "calibration/tensors/tensor_file.hpp"
#include "graph/io/onnx/array.hpp"
#include "ops/core/check.hpp"
#include "ops/core/input_file.hpp"

namespace caloquant {
namespace {

static_assert(std::endian::native == std::endian::little, "elements are read as they lie");

template <typename T>
void convert(const std::vector<char>& bytes, std::span<float> dst) {
  for (std::size_t i = 0; i < dst.size(); ++i) {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    if constexpr (std::is_same_v<T, onnx::Half>) {
      dst[i] = onnx::to_float(value);
    } else {
      dst[i] = static_cast<float>(value);
    }
  }
}

void convert(NpyType type, const std::vector<char>& bytes, std::span<float> dst) {
  switch (type) {
    case NpyType::f2:
      return convert<onnx::Half>(bytes, dst);
    case NpyType::f4:
      return convert<float>(bytes, dst);
    case NpyType::f8:
      return convert<double>(bytes, dst);
    case NpyType::b1:
    case NpyType::u1:
      return convert<std::uint8_t>(bytes, dst);
    case NpyType::i1:
      return convert<std::int8_t>(bytes, dst);
    case NpyType::u2:
      return convert<std::uint16_t>(bytes, dst);
    case NpyType::i2:
      return convert<std::int16_t>(bytes, dst);
    case NpyType::u4:
      return convert<std::uint32_t>(bytes, dst);
    case NpyType::i4:
      return convert<std::int32_t>(bytes, dst);
    case NpyType::u8:
      return convert<std::uint64_t>(bytes, dst);
    case NpyType::i8:
      return convert<std::int64_t>(bytes, dst);
  }
}

class NpyTensor : public TensorFile {
 public:
  explicit NpyTensor(const std::filesystem::path& file)
      : path_(file), header_(read_npy_header(file)) {}

  [[nodiscard]] const std::filesystem::path& path() const override { return path_; }
  [[nodiscard]] std::vector<std::string> names() const override { return {""}; }
  [[nodiscard]] bool has(const std::string& name) const override { return name.empty(); }
  [[nodiscard]] Shape shape(const std::string& /*name*/) const override { return header_.shape; }
  void read_rows(const std::string& /*name*/, std::int64_t first, std::int64_t count,
                 std::span<float> dst) const override {
    CALOQUANT_EXPECT(!header_.shape.empty() && first + count <= header_.shape.front());
    const std::size_t element = size_of(header_.type);
    const std::int64_t row = static_cast<std::int64_t>(element) *
                             static_cast<std::int64_t>(dst.size()) /
                             std::max(count, std::int64_t{1});
    std::vector<char> bytes(dst.size() * element);
    const InputFile file = InputFile::open(path_, ErrorKind::data);
    if (file.read(static_cast<std::uint64_t>(header_.data + first * row), std::span(bytes)) !=
        bytes.size()) {
      throw DataError(path_.string(), "ended while it was read");
    }
    convert(header_.type, bytes, dst);
  }
  [[nodiscard]] std::string place(const std::string& /*name*/) const override {
    return path_.string();
  }

 private:
  std::filesystem::path path_;
  NpyHeader header_;
};

}  // namespace

std::unique_ptr<TensorFile> open_npy_tensor(const std::filesystem::path& file) {
  return std::make_unique<NpyTensor>(file);
}

}  // namespace caloquant
