#include "tests/calibration/data/shower_fixture.hpp"

#include <algorithm>

namespace caloquant::testing {
namespace {

void write_images(H5File& file, const FileContent& content) {
  if (content.with_images) {
    Shape shape{static_cast<std::int64_t>(content.images.size()) / element_count(content.image)};
    shape.insert(shape.end(), content.image.begin(), content.image.end());
    write_numbers(file, "/ECAL", shape, content.dtype, content.images, content.compression);
  }
}

}  // namespace

FileContent FileContent::of(std::int64_t n, std::int64_t start) {
  FileContent content;
  for (std::int64_t row = start; row < start + n; ++row) {
    content.energies.push_back(100.0 + static_cast<double>(row));
    content.angles.push_back(1.0 + static_cast<double>(row) / 1000.0);
    for (std::int64_t cell = 0; cell < cells; ++cell) {
      content.images.push_back(1.0 + static_cast<double>(row) + static_cast<double>(cell) / 100.0);
    }
  }
  return content;
}

void write_numbers(H5File& file, const std::string& dataset, const Shape& shape, DType dtype,
                   const std::vector<double>& values, int compression) {
  Tensor tensor(dtype, shape);
  if (dtype == DType::f64) {
    std::copy(values.begin(), values.end(), tensor.data<double>().begin());
  } else {
    std::transform(values.begin(), values.end(), tensor.data<float>().begin(),
                   [](double value) { return static_cast<float>(value); });
  }
  Shape chunk;
  if (compression > 0) {  // several rows to a chunk, which blocks of other sizes cut across
    chunk = shape;
    chunk.front() = std::min<std::int64_t>(shape.front(), 3);
  }
  file.write(dataset, tensor, {.chunk = chunk, .compression = compression});
}

void FileContent::write_variable_angle(const std::filesystem::path& file) const {
  H5File h5 = H5File::create(file);
  const auto rows = [](const std::vector<double>& values) {
    return Shape{static_cast<std::int64_t>(values.size())};
  };
  write_numbers(h5, "/energy", rows(energies), dtype, energies);
  write_numbers(h5, "/theta", rows(angles), dtype, angles);
  write_images(h5, *this);
  h5.commit();
}

void FileContent::write_fixed_angle(const std::filesystem::path& file) const {
  H5File h5 = H5File::create(file);
  std::vector<double> target;
  for (const double energy : energies) {
    target.insert(target.end(), {11.0, energy, 0.0});
  }
  write_numbers(h5, "/target", {static_cast<std::int64_t>(energies.size()), 3}, dtype, target);
  write_images(h5, *this);
  h5.commit();
}

}  // namespace caloquant::testing
