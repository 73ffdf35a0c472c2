#include "record/unwind/cfi_program.h"

#include "record/unwind/byte_reader.h"

namespace leak::hook::unwind {

namespace {

// Rows kept by remember_state. Compilers nest one deep; the array lies on the program's stack, so it is short.
constexpr unsigned kMaxRemembered = 4;

class Interpreter {
 public:
  Interpreter(const CodeModule& module, const FrameDescription& description, std::uintptr_t pc,
              CfiRow& row) noexcept
      : module_(module), description_(description), pc_(pc), at_(description.code_begin), row_(row) {}

  bool run() noexcept {
    if (!execute(description_.initial_begin, description_.initial_end)) return false;
    initial_ = row_;
    return execute(description_.own_begin, description_.own_end);
  }

 private:
  bool execute(const std::uint8_t* begin, const std::uint8_t* end) noexcept {
    ByteReader in(begin, end);
    while (!in.at_end() && at_ <= pc_) {
      const std::uint8_t op = in.byte();
      const std::uint8_t operand = op & 0x3f;
      switch (op & 0xc0) {
        case 0x40: advance(operand); break;
        case 0x80: set(operand, Saved::kAtOffset, factored(static_cast<std::int64_t>(in.uleb()))); break;
        case 0xc0: restore(operand); break;
        default:
          if (!execute_extended(op, in)) return false;
      }
      if (!in.ok() || !ok_) return false;
    }
    return true;
  }

  bool execute_extended(std::uint8_t op, ByteReader& in) noexcept {
    switch (op) {
      case 0x00: return true;                                    // nop
      case 0x01: return set_location(in);
      case 0x02: advance(in.byte()); return true;
      case 0x03: advance(in.number<std::uint16_t>()); return true;
      case 0x04: advance(in.number<std::uint32_t>()); return true;
      case 0x05:                                                 // offset_extended
      case 0x11:                                                 // offset_extended_sf
      case 0x14:                                                 // val_offset
      case 0x15: return save_at_offset(op, in);                  // val_offset_sf
      case 0x06: restore(in.uleb()); return true;
      case 0x07: set(in.uleb(), Saved::kUndefined, 0); return true;
      case 0x08: set(in.uleb(), Saved::kSame, 0); return true;
      case 0x09: return save_in_register(in);
      case 0x0a: return remember();
      case 0x0b: return recall();
      case 0x0c: {
        const std::uint64_t from = in.uleb();
        return define_cfa(from, static_cast<std::int64_t>(in.uleb()));
      }
      case 0x0d: return define_cfa(in.uleb(), row_.cfa_offset);
      case 0x0e: return define_cfa(row_.cfa_register, static_cast<std::int64_t>(in.uleb()));
      case 0x0f: return define_cfa_expression(in);
      case 0x10: return save_by_expression(Saved::kAtExpression, in);
      case 0x16: return save_by_expression(Saved::kIsExpression, in);
      case 0x12: {
        const std::uint64_t from = in.uleb();
        return define_cfa(from, factored(in.sleb()));
      }
      case 0x13: return define_cfa(row_.cfa_register, factored(in.sleb()));
      case 0x2e: in.uleb(); return true;                         // GNU_args_size: for exception handling only
      case 0x2f: return save_at_negative_offset(in);
      default: return false;
    }
  }

  std::int64_t factored(std::int64_t value) const noexcept {
    std::int64_t result = 0;
    return __builtin_mul_overflow(value, description_.data_alignment, &result) ? INT64_MAX : result;
  }
  void advance(std::uint64_t units) noexcept { at_ += units * description_.code_alignment; }

  void set(std::uint64_t number, Saved saved, std::int64_t offset) noexcept {
    if (number >= arch::kRegisters) return;  // vector registers and the like
    if (offset != static_cast<std::int32_t>(offset)) ok_ = false;
    row_.registers[number] = {saved, static_cast<std::int32_t>(offset)};
  }
  void restore(std::uint64_t number) noexcept {
    if (number < arch::kRegisters) row_.registers[number] = initial_.registers[number];
  }

  bool save_at_offset(std::uint8_t op, ByteReader& in) noexcept {
    const std::uint64_t number = in.uleb();
    const bool is_signed = op == 0x11 || op == 0x15;
    const std::int64_t value = is_signed ? in.sleb() : static_cast<std::int64_t>(in.uleb());
    set(number, op >= 0x14 ? Saved::kIsOffset : Saved::kAtOffset, factored(value));
    return true;
  }
  bool save_at_negative_offset(ByteReader& in) noexcept {
    const std::uint64_t number = in.uleb();
    set(number, Saved::kAtOffset, -factored(static_cast<std::int64_t>(in.uleb())));
    return true;
  }
  bool save_in_register(ByteReader& in) noexcept {
    const std::uint64_t number = in.uleb();
    const std::uint64_t from = in.uleb();
    if (from >= arch::kRegisters) return false;
    set(number, Saved::kInRegister, static_cast<std::int64_t>(from));
    return true;
  }
  bool save_by_expression(Saved saved, ByteReader& in) noexcept {
    const std::uint64_t number = in.uleb();
    set(number, saved, take_expression(in));
    return true;
  }

  std::int64_t take_expression(ByteReader& in) noexcept {
    const std::int64_t distance = in.at() - module_.eh_frame_hdr;
    in.skip(in.uleb());
    return distance;
  }
  bool define_cfa(std::uint64_t number, std::int64_t offset) noexcept {
    if (number >= arch::kRegisters || offset != static_cast<std::int32_t>(offset)) return false;
    row_.cfa_register = static_cast<std::uint32_t>(number);
    row_.cfa_offset = static_cast<std::int32_t>(offset);
    row_.cfa_is_expression = false;
    return true;
  }
  bool define_cfa_expression(ByteReader& in) noexcept {
    const std::int64_t distance = take_expression(in);
    row_.cfa_is_expression = true;
    row_.cfa_offset = static_cast<std::int32_t>(distance);
    return distance == row_.cfa_offset;
  }
  // Encoded pointers here have the entry's encoding; only absolute ones are ever seen.
  bool set_location(ByteReader& in) noexcept {
    if (description_.pointer_encoding != 0) return false;
    at_ = in.number<std::uint64_t>();
    return true;
  }

  bool remember() noexcept {
    if (remembered_ == kMaxRemembered) return false;
    rows_[remembered_++] = row_;
    return true;
  }
  bool recall() noexcept {
    if (remembered_ == 0) return false;
    row_ = rows_[--remembered_];
    return true;
  }

  const CodeModule& module_;
  const FrameDescription& description_;
  const std::uintptr_t pc_;
  std::uintptr_t at_;  // where the instructions that follow begin to hold
  CfiRow& row_;
  CfiRow initial_{};
  CfiRow rows_[kMaxRemembered];
  unsigned remembered_ = 0;
  bool ok_ = true;
};

}  // namespace

bool run_cfi_program(const CodeModule& module, const FrameDescription& description, std::uintptr_t pc,
                     CfiRow& row) noexcept {
  row = {};
  return Interpreter(module, description, pc, row).run();
}

CfiExpression expression_at(const CodeModule& module, std::int32_t distance) noexcept {
  const auto* const end = reinterpret_cast<const std::uint8_t*>(module.map_end);
  ByteReader in(module.eh_frame_hdr + distance, end);
  const std::uint64_t length = in.uleb();
  return {in.at(), length <= in.left() ? length : 0};
}

}  // namespace leak::hook::unwind
