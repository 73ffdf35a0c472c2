// An editor: each document that is opened listens for changes of the theme, so that it can draw itself anew.
// When the document is closed, nobody tells the theme. The theme keeps the callback, the callback keeps the
// document, and each change of the theme repaints hundreds of documents that no one sees.
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "support/requests.h"

namespace {

using namespace std::chrono_literals;

struct Document {
  explicit Document(int number) : text("document " + std::to_string(number) + std::string(500, '.')) {}
  void repaint() { ++repaints; }

  std::string text;
  int repaints = 0;
};

class Theme {
 public:
  using Listener = std::function<void()>;

  int add_listener(Listener listener) {
    listeners_.emplace(++last_, std::move(listener));
    return last_;
  }
  void remove_listener(int id) { listeners_.erase(id); }

  void change() {
    for (const auto& [id, listener] : listeners_) listener();
  }

 private:
  std::map<int, Listener> listeners_;
  int last_ = 0;
};

Theme& theme() {
  static Theme& theme = *new Theme;
  return theme;
}

#ifdef FIXED

// Ends with the one who listens.
class Subscription {
 public:
  explicit Subscription(int id) : id_(id) {}
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;
  ~Subscription() { theme().remove_listener(id_); }

 private:
  int id_;
};

#endif

void edit_document(int number) {
  const auto document = std::make_shared<Document>(number);
  const int id = theme().add_listener([document, number] {
    if (number >= 0) document->repaint();
  });
#ifdef FIXED
  const Subscription subscription(id);
#else
  (void)id;  // whoever closes the document would have to remember it
#endif
  document->text += " edited";
}

}  // namespace

int main() {
  serve(3000, 2500ms, [](int number) {
    edit_document(number);
    if (number % 100 == 0) theme().change();
  });
  std::puts("3000 documents were opened and closed");
}
