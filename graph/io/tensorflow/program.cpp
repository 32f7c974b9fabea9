#include "graph/io/tensorflow/program.hpp"

namespace caloquant::tensorflow {

const Attr* Node::find(const std::string& attr, AttrKind kind) const {
  const auto found = attrs.find(attr);
  return found == attrs.end() || found->second.kind != kind ? nullptr : &found->second;
}

std::string Node::text(const std::string& attr, const std::string& otherwise) const {
  const Attr* found = find(attr, AttrKind::text);
  return found == nullptr ? otherwise : found->text;
}

std::int64_t Node::integer(const std::string& attr, std::int64_t otherwise) const {
  for (const AttrKind kind : {AttrKind::integer, AttrKind::flag, AttrKind::type}) {
    if (const Attr* found = find(attr, kind)) {
      return found->integer;
    }
  }
  return otherwise;
}

float Node::number(const std::string& attr, float otherwise) const {
  const Attr* found = find(attr, AttrKind::number);
  return found == nullptr ? otherwise : found->number;
}

std::vector<std::int64_t> Node::integers(const std::string& attr) const {
  const Attr* found = find(attr, AttrKind::integers);
  return found == nullptr ? std::vector<std::int64_t>{} : found->integers;
}

}  // namespace caloquant::tensorflow
