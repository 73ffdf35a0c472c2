#include "graph/root_set.h"

#include <initializer_list>

namespace leak::scan {

namespace {

using trace::RootKind;

std::uint32_t bits_of(std::initializer_list<RootKind> kinds) {
  std::uint32_t bits = 0;
  for (const RootKind kind : kinds) bits |= std::uint32_t{1} << static_cast<unsigned>(kind);
  return bits;
}

std::uint32_t bits_named(std::string_view name) {
  if (name == "globals") return bits_of({RootKind::kData});
  if (name == "stacks") return bits_of({RootKind::kStack, RootKind::kSignalStack});
  if (name == "registers") return bits_of({RootKind::kRegister});
  if (name == "tls") return bits_of({RootKind::kStaticTls, RootKind::kThreadControl, RootKind::kDynamicTls});
  if (name == "kernel") return bits_of({RootKind::kEpoll, RootKind::kTimer, RootKind::kIoUring});
  if (name == "mappings") return bits_of({RootKind::kUntracedMapping});
  return 0;
}

}  // namespace

std::optional<RootSet> RootSet::named(std::string_view list) {
  std::uint32_t bits = 0;
  while (true) {
    const std::size_t comma = list.find(',');
    const std::uint32_t more = bits_named(list.substr(0, comma));
    if (more == 0) return std::nullopt;
    bits |= more;
    if (comma == std::string_view::npos) return RootSet(bits);
    list.remove_prefix(comma + 1);
  }
}

}  // namespace leak::scan
