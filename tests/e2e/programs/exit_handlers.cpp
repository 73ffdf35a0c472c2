// Allocates in atexit handlers, destructors of statics and a destructor function: after main, before the end.
#include <cstdlib>

#include "known.h"

DEFINE_LEAK(leak_at_exit)
DEFINE_LEAK(leak_in_static_destructor)
DEFINE_LEAK(leak_in_destructor_function)

namespace {

struct AllocatesWhenDestroyed {
  ~AllocatesWhenDestroyed() { leak_in_static_destructor(11, 72); }
};
AllocatesWhenDestroyed g_static;

__attribute__((destructor)) void at_unload() { leak_in_destructor_function(13, 72); }

}  // namespace

int main() {
  std::atexit([] { leak_at_exit(12, 72); });
  leak_known(10, 72);
  return 0;
}
