// The same list, and its head is lost.
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

void work(bool fixed) {
  Link* head = nullptr;
  for (long key = 0; key < 100; ++key) {
    auto* element = escape(static_cast<Element*>(std::calloc(1, sizeof(Element))));
    element->key = key;
    element->link.next = head;
    head = &element->link;
  }
  while (fixed && head != nullptr) {
    Link* next = head->next;
    std::free(reinterpret_cast<char*>(head) - offsetof(Element, link));
    head = next;
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
