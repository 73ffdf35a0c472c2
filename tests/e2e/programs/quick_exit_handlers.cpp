// Allocates in at_quick_exit handlers, which run while the process already ends.
#include <cstdlib>

#include "known.h"

DEFINE_LEAK(leak_at_quick_exit)

int main() {
  std::at_quick_exit([] { leak_at_quick_exit(30, 56); });
  leak_known(20, 56);
  std::quick_exit(2);
}
