// A list links what is inside of its elements: every pointer, the head included, leads to the middle of a
// block.
#include <cstdlib>

#include "truth.h"

namespace {

struct Link {
  Link* next;
};

struct Element {
  long key;
  long value;
  Link link;
  char name[40];
};

[[gnu::used]] Link* g_head;

void work(bool fixed) {
  for (long key = 0; key < 100; ++key) {
    auto* element = static_cast<Element*>(std::calloc(1, sizeof(Element)));
    element->key = key;
    element->link.next = g_head;
    g_head = &element->link;
  }
  while (fixed && g_head != nullptr) {
    Link* next = g_head->next;
    std::free(reinterpret_cast<char*>(g_head) - offsetof(Element, link));
    g_head = next;
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
