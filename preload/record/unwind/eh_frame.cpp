#include "record/unwind/eh_frame.h"

#include "record/unwind/arch_x86_64.h"
#include "record/unwind/byte_reader.h"

namespace leak::hook::unwind {

namespace {

constexpr std::uint8_t kOmitted = 0xff;
constexpr std::uint8_t kFormatMask = 0x0f;
constexpr std::uint8_t kBaseMask = 0x70;
constexpr std::uint8_t kPcRelative = 0x10;
constexpr std::uint8_t kDataRelative = 0x30;
constexpr std::uint8_t kTableEncoding = kDataRelative | 0x0b;  // signed 32-bit pairs: what linkers write

std::uintptr_t address_of(const std::uint8_t* pointer) noexcept {
  return reinterpret_cast<std::uintptr_t>(pointer);
}
const std::uint8_t* pointer_to(std::uintptr_t address) noexcept {
  return reinterpret_cast<const std::uint8_t*>(address);
}

// `data_base` is where the .eh_frame_hdr section starts.
std::uintptr_t read_encoded(ByteReader& in, std::uint8_t encoding, std::uintptr_t data_base) noexcept {
  const std::uintptr_t here = address_of(in.at());
  std::uint64_t value = 0;
  switch (encoding & kFormatMask) {
    case 0x00: value = in.number<std::uint64_t>(); break;
    case 0x01: value = in.uleb(); break;
    case 0x02: value = in.number<std::uint16_t>(); break;
    case 0x03: value = in.number<std::uint32_t>(); break;
    case 0x04: value = in.number<std::uint64_t>(); break;
    case 0x09: value = static_cast<std::uint64_t>(in.sleb()); break;
    case 0x0a: value = static_cast<std::uint64_t>(std::int64_t{in.number<std::int16_t>()}); break;
    case 0x0b: value = static_cast<std::uint64_t>(std::int64_t{in.number<std::int32_t>()}); break;
    case 0x0c: value = static_cast<std::uint64_t>(in.number<std::int64_t>()); break;
    default: in.fail(); return 0;
  }
  switch (encoding & kBaseMask) {
    case 0x00: return value;
    case kPcRelative: return here + value;
    case kDataRelative: return data_base + value;
    default: in.fail(); return 0;
  }
}

// One entry: its bytes after the length field. false at the terminator or when it leaves the module.
bool read_entry(const CodeModule& module, const std::uint8_t* at, const std::uint8_t*& body,
                const std::uint8_t*& end) noexcept {
  if (address_of(at) < module.map_start || address_of(at) >= module.map_end) return false;
  ByteReader in(at, pointer_to(module.map_end));
  std::uint64_t length = in.number<std::uint32_t>();
  if (length == 0xffffffff) length = in.number<std::uint64_t>();
  if (!in.ok() || length < 4 || length > in.left()) return false;
  body = in.at();
  end = in.at() + length;
  return true;
}

bool read_augmentation(ByteReader& in, const char* letters, FrameDescription& out) noexcept {
  if (*letters == '\0') return true;
  if (*letters != 'z') return false;
  const std::uint64_t bytes = in.uleb();
  if (bytes > in.left()) return false;
  ByteReader data(in.at(), in.at() + bytes);
  in.skip(bytes);
  for (++letters; *letters != '\0'; ++letters) {
    switch (*letters) {
      case 'R': out.pointer_encoding = data.byte(); break;
      case 'S': out.signal_frame = true; break;
      case 'L': data.byte(); break;
      case 'P': {
        const std::uint8_t encoding = data.byte();
        read_encoded(data, encoding, 0);  // the personality routine: no matter to us
        break;
      }
      case 'B': break;  // return addresses signed with the other key (aarch64)
      default: return data.ok();  // unknown letters: what follows cannot be read, and is not needed
    }
  }
  return data.ok();
}

bool read_common(const CodeModule& module, const std::uint8_t* at, FrameDescription& out,
                 bool& has_augmentation) noexcept {
  const std::uint8_t *body, *end;
  if (!read_entry(module, at, body, end)) return false;
  ByteReader in(body, end);
  if (in.number<std::uint32_t>() != 0) return false;
  const std::uint8_t version = in.byte();
  if (version != 1 && version != 3) return false;
  const char* const letters = reinterpret_cast<const char*>(in.at());
  while (in.byte() != 0) {
  }
  if (!in.ok()) return false;
  out.code_alignment = in.uleb();
  out.data_alignment = in.sleb();
  const std::uint64_t return_column = version == 1 ? in.byte() : in.uleb();
  if (return_column != arch::kReturnAddress) return false;
  out.pointer_encoding = 0;
  out.signal_frame = false;
  if (!read_augmentation(in, letters, out)) return false;
  has_augmentation = *letters == 'z';
  out.initial_begin = in.at();
  out.initial_end = end;
  return in.ok();
}

bool read_description(const CodeModule& module, const std::uint8_t* at, FrameDescription& out) noexcept {
  const std::uint8_t *body, *end;
  if (!read_entry(module, at, body, end)) return false;
  ByteReader in(body, end);
  const std::uint32_t common_distance = in.number<std::uint32_t>();
  if (common_distance == 0) return false;  // a common entry itself
  bool has_augmentation = false;
  if (!read_common(module, body - common_distance, out, has_augmentation)) return false;
  out.code_begin = read_encoded(in, out.pointer_encoding, 0);
  out.code_end = out.code_begin + read_encoded(in, out.pointer_encoding & kFormatMask, 0);
  if (has_augmentation) in.skip(in.uleb());
  out.own_begin = in.at();
  out.own_end = end;
  return in.ok();
}

// The linker's sorted table: the last entry that starts at or before pc.
const std::uint8_t* search_table(const std::uint8_t* table, std::uint64_t count, std::uintptr_t base,
                                 std::uintptr_t pc) noexcept {
  struct Entry {
    std::int32_t code;
    std::int32_t description;
  };
  const std::int64_t wanted = static_cast<std::int64_t>(pc - base);
  const auto entry = [&](std::uint64_t index) {
    Entry value;
    std::memcpy(&value, table + index * sizeof(Entry), sizeof(Entry));
    return value;
  };
  std::uint64_t low = 0;
  std::uint64_t high = count;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (entry(middle).code <= wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == 0) return nullptr;
  return pointer_to(base + static_cast<std::uintptr_t>(std::int64_t{entry(low - 1).description}));
}

// Without a table: every entry in turn, up to the terminator.
bool scan_section(const CodeModule& module, const std::uint8_t* at, std::uintptr_t pc,
                  FrameDescription& out) noexcept {
  const std::uint8_t *body, *end;
  for (; read_entry(module, at, body, end); at = end) {
    if (read_description(module, at, out) && pc - out.code_begin < out.code_end - out.code_begin) return true;
  }
  return false;
}

}  // namespace

bool find_frame_description(const CodeModule& module, std::uintptr_t pc, FrameDescription& out) noexcept {
  if (module.eh_frame_hdr == nullptr) return false;
  const std::uintptr_t base = address_of(module.eh_frame_hdr);
  if (base < module.map_start || base >= module.map_end) return false;
  ByteReader in(module.eh_frame_hdr, pointer_to(module.map_end));
  const std::uint8_t version = in.byte();
  const std::uint8_t section_encoding = in.byte();
  const std::uint8_t count_encoding = in.byte();
  const std::uint8_t table_encoding = in.byte();
  if (version != 1 || section_encoding == kOmitted) return false;
  const std::uintptr_t section = read_encoded(in, section_encoding, base);
  if (count_encoding == kOmitted || table_encoding != kTableEncoding) {
    return in.ok() && scan_section(module, pointer_to(section), pc, out);
  }
  const std::uint64_t count = read_encoded(in, count_encoding, base);
  if (!in.ok() || count > in.left() / 8) return false;
  const std::uint8_t* const entry = search_table(in.at(), count, base, pc);
  return entry != nullptr && read_description(module, entry, out) &&
         pc - out.code_begin < out.code_end - out.code_begin;
}

}  // namespace leak::hook::unwind
