// Frees everything it allocates: nothing to report.
#include "known.h"

int main(void) {
  churn(5000, 100);
  return 0;
}
