// Failing operator new: the new-handler is called, bad_alloc arrives, nothrow gives null, and sizes that
// overflow are refused.
#include <cstdint>
#include <cstdio>
#include <new>

#include "known.h"

namespace {

int g_handler_calls = 0;

void give_up_at_third_call() {
  if (++g_handler_calls == 3) std::set_new_handler(nullptr);
}

template <class Action>
void try_it(const char* what, Action action) {
  g_handler_calls = 0;
  std::set_new_handler(give_up_at_third_call);
  const char* outcome = "returned";
  try {
    g_sink = action();
    if (g_sink == nullptr) outcome = "null";
  } catch (const std::bad_alloc&) {
    outcome = "bad_alloc";
  }
  std::printf("%s: %s after %d handler calls\n", what, outcome, g_handler_calls);
}

}  // namespace

int main() {
  volatile std::size_t huge = SIZE_MAX / 2;
  try_it("new", [&] { return operator new(huge); });
  try_it("new[]", [&] { return operator new[](huge); });
  try_it("new nothrow", [&] { return operator new(huge, std::nothrow); });
  try_it("new[] nothrow", [&] { return operator new[](huge, std::nothrow); });
  try_it("new aligned", [&] { return operator new (huge, std::align_val_t{64}); });
  try_it("new[] aligned", [&] { return operator new[](huge, std::align_val_t{64}); });
  try_it("new aligned nothrow", [&] { return operator new (huge, std::align_val_t{64}, std::nothrow); });
  try_it("new zero", [] { return operator new(0); });
  leak_known(5, 64);
  return 0;
}
