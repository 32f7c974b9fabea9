#include <caloquant/error.hpp>

#include "calibration/tensors/tensor_file.hpp"
#include "graph/io/files/h5_names.hpp"
#include "graph/io/files/h5file.hpp"

namespace caloquant {
namespace {

class H5Tensors : public TensorFile {
 public:
  H5Tensors(const std::filesystem::path& file, bool follow_links)
      : file_(H5File::open(file, ErrorKind::data, follow_links)) {}

  [[nodiscard]] const std::filesystem::path& path() const override { return file_.path(); }
  [[nodiscard]] std::vector<std::string> names() const override {
    std::vector<std::string> names;
    for (const std::string& child : file_.children("/")) {
      if (!file_.is_group("/" + child)) {
        names.push_back("/" + child);
      }
    }
    return names;
  }
  [[nodiscard]] bool has(const std::string& name) const override {
    const std::string path = path_of(name);
    return file_.exists(path) && !file_.is_group(path);
  }
  [[nodiscard]] Shape shape(const std::string& name) const override {
    const H5DatasetInfo info = file_.info(path_of(name));
    if (info.element != H5Class::floating && info.element != H5Class::integer) {
      throw DataError(place(name), "does not hold numbers");
    }
    return info.shape;
  }
  void read_rows(const std::string& name, std::int64_t first, std::int64_t count,
                 std::span<float> dst) const override {
    file_.read_rows(path_of(name), first, count, dst);
  }
  [[nodiscard]] std::string place(const std::string& name) const override {
    return path().string() + ":" + path_of(name);
  }

 private:
  /// The name as a path, or the dataset that `run` writes for a tensor of that name.
  [[nodiscard]] std::string path_of(const std::string& name) const {
    std::string path = name.rfind('/', 0) == 0 ? name : "/" + name;
    return !file_.exists(path) && file_.exists(dataset_path(name)) ? dataset_path(name) : path;
  }

  H5File file_;
};

}  // namespace

std::unique_ptr<TensorFile> open_h5_tensors(const std::filesystem::path& file, bool follow_links) {
  return std::make_unique<H5Tensors>(file, follow_links);
}

}  // namespace caloquant
