// The next definitions of operator new and delete in line, and what they are made of.
#pragma once

#include <cstddef>
#include <new>

namespace leak::hook {

enum class NextOperator {
  kNew,
  kNewArray,
  kNewNothrow,
  kNewArrayNothrow,
  kNewAligned,
  kNewArrayAligned,
  kNewAlignedNothrow,
  kNewArrayAlignedNothrow,
  kDelete,
  kDeleteArray,
  kDeleteSized,
  kDeleteArraySized,
  kDeleteNothrow,
  kDeleteArrayNothrow,
  kDeleteAligned,
  kDeleteArrayAligned,
  kDeleteSizedAligned,
  kDeleteArraySizedAligned,
  kDeleteAlignedNothrow,
  kDeleteArrayAlignedNothrow,
};
inline constexpr std::size_t kNextOperatorCount = 20;

// Whether the next operators are the C++ runtime's own, that is malloc and free. Decided at the first call.
bool operators_are_malloc() noexcept;

// The address of the next definition; looked up at first use. Ends the process when there is none: the program
// calls an operator that no library provides, and memory is exhausted besides.
void* next_operator_address(NextOperator which) noexcept;

template <NextOperator kWhich>
struct OperatorType;
#define LEAKHOOK_OPERATOR(which, ...)                 \
  template <>                                         \
  struct OperatorType<NextOperator::which> {          \
    using Type = __VA_ARGS__;                         \
  }
LEAKHOOK_OPERATOR(kNew, void* (*)(std::size_t));
LEAKHOOK_OPERATOR(kNewArray, void* (*)(std::size_t));
LEAKHOOK_OPERATOR(kNewNothrow, void* (*)(std::size_t, const std::nothrow_t&));
LEAKHOOK_OPERATOR(kNewArrayNothrow, void* (*)(std::size_t, const std::nothrow_t&));
LEAKHOOK_OPERATOR(kNewAligned, void* (*)(std::size_t, std::align_val_t));
LEAKHOOK_OPERATOR(kNewArrayAligned, void* (*)(std::size_t, std::align_val_t));
LEAKHOOK_OPERATOR(kNewAlignedNothrow, void* (*)(std::size_t, std::align_val_t, const std::nothrow_t&));
LEAKHOOK_OPERATOR(kNewArrayAlignedNothrow, void* (*)(std::size_t, std::align_val_t, const std::nothrow_t&));
LEAKHOOK_OPERATOR(kDelete, void (*)(void*));
LEAKHOOK_OPERATOR(kDeleteArray, void (*)(void*));
LEAKHOOK_OPERATOR(kDeleteSized, void (*)(void*, std::size_t));
LEAKHOOK_OPERATOR(kDeleteArraySized, void (*)(void*, std::size_t));
LEAKHOOK_OPERATOR(kDeleteNothrow, void (*)(void*, const std::nothrow_t&));
LEAKHOOK_OPERATOR(kDeleteArrayNothrow, void (*)(void*, const std::nothrow_t&));
LEAKHOOK_OPERATOR(kDeleteAligned, void (*)(void*, std::align_val_t));
LEAKHOOK_OPERATOR(kDeleteArrayAligned, void (*)(void*, std::align_val_t));
LEAKHOOK_OPERATOR(kDeleteSizedAligned, void (*)(void*, std::size_t, std::align_val_t));
LEAKHOOK_OPERATOR(kDeleteArraySizedAligned, void (*)(void*, std::size_t, std::align_val_t));
LEAKHOOK_OPERATOR(kDeleteAlignedNothrow, void (*)(void*, std::align_val_t, const std::nothrow_t&));
LEAKHOOK_OPERATOR(kDeleteArrayAlignedNothrow, void (*)(void*, std::align_val_t, const std::nothrow_t&));
#undef LEAKHOOK_OPERATOR

template <NextOperator kWhich>
typename OperatorType<kWhich>::Type next_operator() noexcept {
  return reinterpret_cast<typename OperatorType<kWhich>::Type>(next_operator_address(kWhich));
}

}  // namespace leak::hook
