// A program that replaces the global operator new and delete: its own ones must be called.
#include <cstdio>
#include <cstdlib>
#include <new>

#include "known.h"

static int g_news;
static int g_deletes;

void* operator new(std::size_t size) {
  ++g_news;
  void* block = std::malloc(size);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}
void operator delete(void* block) noexcept {
  ++g_deletes;
  std::free(block);
}
void operator delete(void* block, std::size_t) noexcept {
  ++g_deletes;
  std::free(block);
}

struct Node {
  char bytes[80];
};

__attribute__((noinline)) static void leak_nodes() {
  for (int i = 0; i != 31; ++i) g_sink = new Node;
}

int main() {
  for (int i = 0; i != 100; ++i) {
    Node* node = new Node;
    g_sink = node;
    delete node;
  }
  leak_nodes();
  std::printf("%d news, %d deletes\n", g_news, g_deletes);
  return 0;
}
