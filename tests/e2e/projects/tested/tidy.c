#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
  if (argc != 3 || strcmp(argv[1], "two words") != 0 || strcmp(argv[2], "semi;colon") != 0) return 4;
  for (int i = 0; i < 10; ++i) free(malloc(100));
  puts("tidy ran");
  return 0;
}
