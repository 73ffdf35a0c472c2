// Leaks 100 blocks of 48 bytes after some churn. The plainest program that has something to report.
#include "known.h"

int main(void) {
  churn(1000, 32);
  leak_known(100, 48);
  puts("leaked");
  return 0;
}
