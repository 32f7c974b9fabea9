#include <caloquant/error.hpp>

#include "calibration/tensors/tensor_file.hpp"
#include "graph/io/h5file.hpp"

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
    return file_.exists(absolute(name)) && !file_.is_group(absolute(name));
  }
  [[nodiscard]] Shape shape(const std::string& name) const override {
    const H5DatasetInfo info = file_.info(absolute(name));
    if (info.element != H5Class::floating && info.element != H5Class::integer) {
      throw DataError(place(name), "does not hold numbers");
    }
    return info.shape;
  }
  void read_rows(const std::string& name, std::int64_t first, std::int64_t count,
                 std::span<float> dst) const override {
    file_.read_rows(absolute(name), first, count, dst);
  }
  [[nodiscard]] std::string place(const std::string& name) const override {
    return path().string() + ":" + absolute(name);
  }

 private:
  [[nodiscard]] static std::string absolute(const std::string& name) {
    return name.rfind('/', 0) == 0 ? name : "/" + name;
  }

  H5File file_;
};

}  // namespace

std::unique_ptr<TensorFile> open_h5_tensors(const std::filesystem::path& file, bool follow_links) {
  return std::make_unique<H5Tensors>(file, follow_links);
}

}  // namespace caloquant
