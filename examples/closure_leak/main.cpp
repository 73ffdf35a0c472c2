// A chat server. Each session has a handler for what it receives; the handler needs the session, so it
// captures a shared pointer to it, for safety. Now the session owns the handler and the handler owns the
// session: when the connection ends, each keeps the other alive.
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(std::string user) : user_(std::move(user)) {}

  void start() {
#ifndef FIXED
    on_message_ = [self = shared_from_this(), greeting = user_.size()](const std::string& text) {
      self->remember(text, greeting);
    };
#else
    on_message_ = [weak = weak_from_this(), greeting = user_.size()](const std::string& text) {
      if (const auto self = weak.lock()) self->remember(text, greeting);
    };
#endif
  }

  void receive(const std::string& text) {
    if (on_message_) on_message_(text);
  }

  std::size_t remembered() const { return history_.size(); }

 private:
  void remember(const std::string& text, std::size_t greeting) { history_ += text.substr(0, 10 + greeting); }

  std::string user_;
  std::string history_;
  std::function<void(const std::string&)> on_message_;
};

std::size_t chat(int number) {
  const auto session =
      std::make_shared<Session>("a user with a rather long name, number " + std::to_string(number));
  session->start();
  session->receive("hello everybody");
  session->receive("see you tomorrow");
  return session->remembered();  // the session ends here, or so it seems
}

}  // namespace

int main() {
  std::size_t remembered = 0;
  for (int number = 0; number != 200; ++number) remembered += chat(number);
  std::printf("200 sessions, %zu characters\n", remembered);
}
