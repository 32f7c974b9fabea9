#include "graph/io/onnx/proto/decode_array.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <charconv>
#include <cstring>
#include <limits>

#include "graph/io/onnx/model.hpp"
#include "graph/io/onnx/narrow.hpp"
#include "graph/io/onnx/proto/onnx.pb.h"
#include "ops/core/counted.hpp"
#include "ops/core/input_file.hpp"

namespace caloquant::onnx {
namespace {

namespace fs = std::filesystem;

/// What an external_data list says.
struct External {
  std::string location;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool has_length = false;
};

std::uint64_t number_of(const std::string& text, const std::string& place) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw ModelError(place, "external data has '" + printable(text) + "' where a number stands");
  }
  return value;
}

External external_of(const onnx_proto::TensorProto& tensor, const std::string& place) {
  External external;
  for (const auto& entry : tensor.external_data()) {
    if (entry.key() == "location") {
      external.location = entry.value();
    } else if (entry.key() == "offset") {
      external.offset = number_of(entry.value(), place);
    } else if (entry.key() == "length") {
      external.length = number_of(entry.value(), place);
      external.has_length = true;
    }
  }
  return external;
}

/// The file that holds the data: within the folder of the model, links resolved.
fs::path external_file(const External& external, const fs::path& folder, const std::string& place) {
  const fs::path relative(external.location);
  std::error_code error;
  const fs::path root = fs::weakly_canonical(folder.empty() ? fs::path(".") : folder, error);
  fs::path file = fs::weakly_canonical(root / relative, error);
  const auto [end, rest] = std::mismatch(root.begin(), root.end(), file.begin(), file.end());
  const bool inside = end == root.end() && rest != file.end();
  if (external.location.empty() || relative.is_absolute() || !inside || error) {
    throw ModelError(place,
                     "has its data in '" + printable(external.location) +
                         "', which is not inside the folder of the model",
                     "keep external data beside the model");
  }
  if (!fs::is_regular_file(file, error)) {
    throw ModelError(place,
                     "has its data in '" + printable(external.location) + "', which is not there");
  }
  return file;
}

/// Extents and type of a tensor, as it claims them.
struct Claim {
  ElementType type = ElementType::undefined;
  Shape dims;
  std::int64_t bytes = 0;
};

[[noreturn]] void fail_size(const std::string& place, const Claim& claim, const std::string& has) {
  throw ModelError(
      place, "claims to be " + name_of(claim.type) + to_string(claim.dims) + ", but has " + has,
      "the file is damaged");
}

Array read_external(const onnx_proto::TensorProto& tensor, const fs::path& folder,
                    const std::string& place, const Claim& claim) {
  const External external = external_of(tensor, place);
  const fs::path file = external_file(external, folder, place);
  const auto wanted = static_cast<std::uint64_t>(claim.bytes);
  const InputFile bytes = InputFile::open(file, ErrorKind::model);
  const std::uint64_t available = bytes.size();
  if (external.offset > available || wanted > available - external.offset) {
    fail_size(place, claim,
              counted(available, "byte") + " in '" + printable(external.location) +
                  "', from byte " + std::to_string(external.offset));
  }
  if (external.has_length && external.length != wanted) {
    fail_size(place, claim, counted(external.length, "byte") + " of external data");
  }
  Array array(claim.type, claim.dims);
  if (bytes.read(external.offset, array.bytes()) != wanted) {
    throw ModelError(place, "cannot read '" + printable(external.location) + "'");
  }
  return array;
}

/// Copies numbers of a typed field into the array, narrowed to its type; a number that the type
/// does not hold is an error.
template <typename T, typename Field>
void copy_field(const Field& field, Array& array, const std::string& place) {
  auto into = array.data<T>().begin();
  for (const auto number : field) {
    if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat>) {
      *into++ = T{static_cast<std::uint16_t>(number)};
    } else if constexpr (std::is_same_v<T, bool>) {
      *into++ = number != 0;
    } else {
      const auto narrow = static_cast<T>(number);
      if constexpr (std::is_integral_v<T>) {
        if (static_cast<std::remove_cv_t<decltype(number)>>(narrow) != number) {
          throw ModelError(
              place, "holds " + std::to_string(number) + ", which is no " + name_of(array.type()));
        }
      }
      *into++ = narrow;
    }
  }
}

/// The typed field that elements of the type T are in.
template <typename T>
const auto& field_of(const onnx_proto::TensorProto& tensor) {
  if constexpr (std::is_same_v<T, float>) {
    return tensor.float_data();
  } else if constexpr (std::is_same_v<T, double>) {
    return tensor.double_data();
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    return tensor.int64_data();
  } else if constexpr (std::is_same_v<T, std::uint32_t> || std::is_same_v<T, std::uint64_t>) {
    return tensor.uint64_data();
  } else {
    return tensor.int32_data();
  }
}

/// Numbers in the typed field that belongs to the type.
std::int64_t field_size(const onnx_proto::TensorProto& tensor, ElementType type) {
  std::int64_t size = tensor.int32_data_size();
  with_cpp_type(type,
                [&]<typename T>(std::type_identity<T>) { size = field_of<T>(tensor).size(); });
  return size;
}

void copy_fields(const onnx_proto::TensorProto& tensor, Array& array, const std::string& place) {
  with_cpp_type(array.type(), [&]<typename T>(std::type_identity<T>) {
    copy_field<T>(field_of<T>(tensor), array, place);
  });
}

/// Bytes of the data in a file: 4-bit integers are packed by twos.
std::int64_t stored_bytes(const Claim& claim) {
  return is_int4(claim.type) ? (claim.bytes + 1) / 2 : claim.bytes;
}

/// One byte per element from packed nibbles, the lower one first.
Array unpacked(const Claim& claim, std::span<const std::byte> packed) {
  Array array(claim.type, claim.dims);
  for (std::size_t i = 0; i < array.bytes().size(); ++i) {
    const auto pair = static_cast<unsigned>(packed[i / 2]);
    const unsigned nibble = i % 2 == 0 ? pair & 0xf : pair >> 4;
    const bool negative = claim.type == ElementType::s4 && nibble > 7;
    array.bytes()[i] = static_cast<std::byte>(negative ? nibble | 0xf0 : nibble);
  }
  return array;
}

Array from_raw(const Claim& claim, std::span<const std::byte> bytes) {
  if (is_int4(claim.type)) {
    return unpacked(claim, bytes);
  }
  Array array(claim.type, claim.dims);
  if (!bytes.empty()) {
    std::memcpy(array.bytes().data(), bytes.data(), bytes.size());
  }
  return array;
}

/// 8-bit floats and packed 4-bit integers in int32_data: a byte in each number.
Array narrow_from_fields(const onnx_proto::TensorProto& tensor, const Claim& claim) {
  std::vector<std::byte> bytes;
  for (const std::int32_t number : tensor.int32_data()) {
    bytes.push_back(static_cast<std::byte>(number & 0xff));
  }
  if (is_int4(claim.type)) {
    return unpacked(claim, bytes);
  }
  Array array(claim.type, claim.dims);
  std::copy(bytes.begin(), bytes.end(), array.bytes().begin());
  return array;
}

/// A byte other than 0 and 1 is no bool of C++.
void normalise_bools(Array& array) {
  if (array.type() == ElementType::boolean) {
    for (std::byte& byte : array.bytes()) {
      byte = byte == std::byte{0} ? byte : std::byte{1};
    }
  }
}

}  // namespace

Array decode_array(const onnx_proto::TensorProto& tensor, const fs::path& folder,
                   const std::string& place) {
  Claim claim{static_cast<ElementType>(tensor.data_type()),
              {tensor.dims().begin(), tensor.dims().end()},
              0};
  if (size_of(claim.type) == 0) {
    throw ModelError(place, "has elements of " + name_of(claim.type) + ", which is not supported");
  }
  if (tensor.has_segment()) {
    throw ModelError(place, "is stored in segments, which is not supported");
  }
  constexpr std::size_t most_axes = 64;
  constexpr std::int64_t most_bytes = std::numeric_limits<std::int64_t>::max() / 16;
  claim.bytes = checked_bytes(claim.type, claim.dims, most_bytes);
  if (claim.bytes < 0 || claim.dims.size() > most_axes) {
    throw ModelError(place, "has the impossible extents " + printable(to_string(claim.dims)));
  }
  Array array;
  if (tensor.data_location() == onnx_proto::TensorProto::EXTERNAL) {
    if (is_int4(claim.type)) {
      throw ModelError(place, "has packed 4-bit integers as external data, which is not supported");
    }
    array = read_external(tensor, folder, place, claim);
  } else if (tensor.has_raw_data()) {
    if (tensor.float_data_size() + tensor.int32_data_size() + tensor.int64_data_size() +
            tensor.double_data_size() + tensor.uint64_data_size() >
        0) {
      throw ModelError(place, "has its numbers twice, as raw_data and one by one");
    }
    if (static_cast<std::int64_t>(tensor.raw_data().size()) != stored_bytes(claim)) {
      fail_size(place, claim, counted(tensor.raw_data().size(), "byte"));
    }
    array = from_raw(claim, std::as_bytes(std::span(tensor.raw_data())));
  } else {
    const std::int64_t numbers = field_size(tensor, claim.type);
    if (numbers != stored_bytes(claim) / static_cast<std::int64_t>(size_of(claim.type))) {
      fail_size(place, claim, counted(numbers, "number"));
    }
    if (is_narrow(claim.type)) {
      return narrow_from_fields(tensor, claim);
    }
    array = Array(claim.type, claim.dims);
    copy_fields(tensor, array, place);
  }
  normalise_bools(array);
  return array;
}

}  // namespace caloquant::onnx
