#include "record/unwind/cfi_expression.h"

#include <cstring>

#include "record/unwind/byte_reader.h"
#include "sys/memory_probe.h"

namespace leak::hook::unwind {

namespace {

class Machine {
 public:
  Machine(CfiExpression code, const arch::Registers& registers) noexcept
      : code_(code), in_(code.code, code.code + code.length), registers_(registers) {}

  bool run(std::uintptr_t initial, std::uintptr_t& result) noexcept {
    push(initial);
    for (unsigned budget = kMaxOperations; !in_.at_end() && ok_; --budget) {
      if (budget == 0) return false;
      execute(in_.byte());
      ok_ = ok_ && in_.ok();
    }
    result = pop();
    return ok_;
  }

 private:
  static constexpr unsigned kMaxOperations = 256;
  static constexpr unsigned kMaxDepth = 16;

  void push(std::uintptr_t value) noexcept {
    if (depth_ == kMaxDepth) {
      ok_ = false;
      return;
    }
    stack_[depth_++] = value;
  }
  std::uintptr_t pop() noexcept {
    if (depth_ == 0) {
      ok_ = false;
      return 0;
    }
    return stack_[--depth_];
  }
  void push_copy(unsigned from_top) noexcept {
    if (from_top >= depth_) {
      ok_ = false;
      return;
    }
    push(stack_[depth_ - 1 - from_top]);
  }
  void push_register(std::uint64_t number, std::int64_t offset) noexcept {
    if (number >= arch::kRegisters) {
      ok_ = false;
      return;
    }
    push(registers_.value[number] + static_cast<std::uintptr_t>(offset));
  }
  void jump(std::int16_t distance) noexcept {
    const std::int64_t target = in_.at() - code_.code + distance;
    if (target < 0 || target > static_cast<std::int64_t>(code_.length)) {
      ok_ = false;
      return;
    }
    in_ = ByteReader(code_.code + target, code_.code + code_.length);
  }

  void execute(std::uint8_t op) noexcept {
    if (op >= 0x30 && op <= 0x4f) return push(op - 0x30U);
    if (op >= 0x70 && op <= 0x8f) return push_register(op - 0x70U, in_.sleb());
    switch (op) {
      case 0x03:
      case 0x0e: push(in_.number<std::uint64_t>()); break;
      case 0x06: dereference(); break;
      case 0x08: push(in_.byte()); break;
      case 0x09: push_signed(in_.number<std::int8_t>()); break;
      case 0x0a: push(in_.number<std::uint16_t>()); break;
      case 0x0b: push_signed(in_.number<std::int16_t>()); break;
      case 0x0c: push(in_.number<std::uint32_t>()); break;
      case 0x0d: push_signed(in_.number<std::int32_t>()); break;
      case 0x0f: push_signed(in_.number<std::int64_t>()); break;
      case 0x10: push(in_.uleb()); break;
      case 0x11: push_signed(in_.sleb()); break;
      case 0x12: push_copy(0); break;
      case 0x13: pop(); break;
      case 0x14: push_copy(1); break;
      case 0x15: push_copy(in_.byte()); break;
      case 0x23: push(pop() + in_.uleb()); break;
      case 0x2f: jump(in_.number<std::int16_t>()); break;
      case 0x28: {
        const std::int16_t distance = in_.number<std::int16_t>();
        if (pop() != 0) jump(distance);
        break;
      }
      case 0x92: {
        const std::uint64_t number = in_.uleb();
        push_register(number, in_.sleb());
        break;
      }
      case 0x96: break;  // nop
      default: combine(op);
    }
  }

  void push_signed(std::int64_t value) noexcept { push(static_cast<std::uintptr_t>(value)); }
  void dereference() noexcept {
    std::uintptr_t value = 0;
    ok_ = load_checked(pop(), value) && ok_;
    push(value);
  }

  // Operations on the two topmost values.
  void combine(std::uint8_t op) noexcept {
    const std::uintptr_t right = pop();
    const std::uintptr_t left = pop();
    const auto signed_left = static_cast<std::int64_t>(left);
    const auto signed_right = static_cast<std::int64_t>(right);
    switch (op) {
      case 0x16: push(right); push(left); break;  // swap
      case 0x1a: push(left & right); break;
      case 0x1c: push(left - right); break;
      case 0x1e: push(left * right); break;
      case 0x21: push(left | right); break;
      case 0x22: push(left + right); break;
      case 0x24: push(right < 64 ? left << right : 0); break;
      case 0x25: push(right < 64 ? left >> right : 0); break;
      case 0x26: push_signed(signed_left >> (right < 63 ? right : 63)); break;
      case 0x27: push(left ^ right); break;
      case 0x29: push(left == right); break;
      case 0x2a: push(signed_left >= signed_right); break;
      case 0x2b: push(signed_left > signed_right); break;
      case 0x2c: push(signed_left <= signed_right); break;
      case 0x2d: push(signed_left < signed_right); break;
      case 0x2e: push(left != right); break;
      default: ok_ = false;
    }
  }

  const CfiExpression code_;
  ByteReader in_;
  const arch::Registers& registers_;
  std::uintptr_t stack_[kMaxDepth];
  unsigned depth_ = 0;
  bool ok_ = true;
};

}  // namespace

bool evaluate(CfiExpression expression, const arch::Registers& registers, std::uintptr_t initial,
              std::uintptr_t& result) noexcept {
  return Machine(expression, registers).run(initial, result);
}

bool load_checked(std::uintptr_t address, std::uintptr_t& value) noexcept {
  const std::uintptr_t first = address & ~std::uintptr_t{7};
  if (!sys::is_readable(first) || (first != address && !sys::is_readable(first + 8))) return false;
  std::memcpy(&value, reinterpret_cast<const void*>(address), sizeof(value));
  return true;
}

}  // namespace leak::hook::unwind
