// Maps, remaps and unmaps memory in known amounts, and moves the program break.
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include "known.h"

enum { kPage = 4096 };

static char* map(size_t bytes) {
  void* memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  require(memory != MAP_FAILED, "mmap");
  return memory;
}

__attribute__((noinline)) static void leak_mapping(void) { map(100 * kPage); }

__attribute__((noinline)) static void grow_a_mapping(void) {
  char* memory = map(10 * kPage);
  memory = mremap(memory, 10 * kPage, 50 * kPage, MREMAP_MAYMOVE);
  require(memory != MAP_FAILED, "mremap");
  memory[50 * kPage - 1] = 1;
}

__attribute__((noinline)) static void unmap_a_part(void) {
  char* memory = map(30 * kPage);
  require(munmap(memory + 10 * kPage, 10 * kPage) == 0, "munmap");  // a hole in the middle
}

__attribute__((noinline)) static void map_over_itself(void) {
  char* memory = map(20 * kPage);
  require(mmap(memory + 5 * kPage, 5 * kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
              MAP_FAILED,
          "mmap over");
}

__attribute__((noinline)) static void map_and_unmap(void) {
  char* memory = map(200 * kPage);
  require(munmap(memory, 200 * kPage) == 0, "munmap");
}

__attribute__((noinline)) static void move_the_break(void) {
  char* before = sbrk(0);
  require(sbrk(7 * kPage) == before, "sbrk");
  require(brk(before + 3 * kPage) == 0, "brk");
}

int main(void) {
  leak_mapping();
  grow_a_mapping();
  unmap_a_part();
  map_over_itself();
  map_and_unmap();
  require(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED, "mmap of nothing");
  move_the_break();
  return 0;
}
