// The way through soft and external links.
#include <algorithm>
#include <vector>

#include "graph/io/files/hdf5/open_file.hpp"

namespace caloquant::hdf5 {
namespace {

constexpr int most_links = 32;  ///< on one way; more are a circle

/// "a/b" of "a/b/c" and the rest, without empty parts.
std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin < path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (end > begin && path.substr(begin, end - begin) != ".") {
      parts.push_back(path.substr(begin, end - begin));
    }
    begin = end + 1;
  }
  return parts;
}

/// The bytes of a link that is none to an object.
std::vector<char> value_of(const OpenFile& file, const std::string& link, std::size_t size) {
  std::vector<char> value(size + 1, '\0');
  if (H5Lget_val(file.file.get(), link.c_str(), value.data(), size, H5P_DEFAULT) < 0) {
    file.fail(link, "is a link that cannot be read");
  }
  return value;
}

/// One way from a root, which begins anew at each link.
class Way {
 public:
  Way(const OpenFile& file, const std::string& object) : asked_(object), place_{&file, ""} {
    rest_ = parts_of(object);
  }

  std::optional<Place> walk() {
    while (!rest_.empty()) {
      if (!step()) {
        return std::nullopt;
      }
    }
    if (place_.path.empty()) {
      place_.path = "/";
    }
    return place_;
  }

 private:
  /// Takes the first of the rest; false where it is not there.
  bool step() {
    const std::string next = place_.path + "/" + rest_.front();
    const hid_t file = place_.file->file.get();
    H5L_info_t info{};
    if (H5Lexists(file, next.c_str(), H5P_DEFAULT) <= 0 ||
        H5Lget_info(file, next.c_str(), &info, H5P_DEFAULT) < 0) {
      return false;
    }
    rest_.erase(rest_.begin());
    if (info.type == H5L_TYPE_HARD) {
      place_.path = next;
      return true;
    }
    if (++links_ > most_links) {
      place_.file->fail(asked_, "is reached by links that go in a circle");
    }
    if (info.type == H5L_TYPE_SOFT) {
      go_on(place_.file, value_of(*place_.file, next, info.u.val_size).data());
    } else if (info.type == H5L_TYPE_EXTERNAL) {
      follow(next, info.u.val_size);
    } else {
      place_.file->fail(next, "is a link of an unknown kind");
    }
    return true;
  }

  void follow(const std::string& link, std::size_t size) {
    const std::vector<char> value = value_of(*place_.file, link, size);
    const char* name = nullptr;
    const char* object = nullptr;
    if (H5Lunpack_elink_val(value.data(), size, nullptr, &name, &object) < 0) {
      place_.file->fail(link, "is a link that cannot be read");
    }
    const auto target = place_.file->neighbour(link, "is a link to", name);
    place_.path.clear();
    go_on(&place_.file->other(target), object);
  }

  void go_on(const OpenFile* file, const std::string& path) {
    std::vector<std::string> parts = parts_of(path);
    parts.insert(parts.end(), rest_.begin(), rest_.end());
    rest_ = std::move(parts);
    place_.file = file;
    if (path.starts_with('/')) {
      place_.path.clear();
    }
  }

  std::string asked_;
  Place place_;
  std::vector<std::string> rest_;
  int links_ = 0;
};

}  // namespace

std::optional<Place> OpenFile::find(const std::string& object) const {
  return Way(*this, object).walk();
}

std::filesystem::path OpenFile::present(const std::string& inside, const std::string& what,
                                        const std::string& name) const {
  const std::string problem = what + " '" + name + "', ";
  std::error_code failure;
  const std::filesystem::path folder =
      std::filesystem::weakly_canonical(std::filesystem::absolute(path), failure).parent_path();
  std::filesystem::path target = std::filesystem::weakly_canonical(folder / name, failure);
  const auto differs = std::ranges::mismatch(folder, target);
  if (failure || differs.in1 != folder.end()) {
    fail(inside, problem + "which is not in the folder of the file",
         "copy the values into the file itself");
  }
  if (!std::filesystem::exists(target, failure)) {
    fail(inside, problem + "which does not exist", "put it beside the file");
  }
  if (!std::filesystem::is_regular_file(target, failure)) {
    fail(inside, problem + "which is not an ordinary file");
  }
  return target;
}

std::filesystem::path OpenFile::neighbour(const std::string& inside, const std::string& what,
                                          const std::string& name) const {
  std::filesystem::path target = present(inside, what, name);
  if (!follow_links) {
    fail(inside, what + " '" + name + "', which is another file",
         on_error == ErrorKind::data
             ? "copy the values into the file itself; or, if you know it, set data.follow_links "
               "in the config, --follow-links in a command"
             : "models and weights must hold all values themselves");
  }
  return target;
}

const OpenFile& OpenFile::other(const std::filesystem::path& neighbour) const {
  std::unique_ptr<OpenFile>& known = others[neighbour];
  if (!known) {
    known = open(neighbour, on_error, follow_links);
  }
  return *known;
}

}  // namespace caloquant::hdf5
