// Objects that count their references themselves, without shared_ptr, own each other.
#include "truth.h"

class Counted {
 public:
  virtual ~Counted() = default;
  void retain() { ++references_; }
  void release() {
    if (--references_ == 0) delete this;
  }

 private:
  int references_ = 1;
};

class Window : public Counted {
 public:
  ~Window() override { set_peer(nullptr); }
  void set_peer(Window* peer) {
    title_[0] = peer != nullptr ? '2' : '1';
    if (peer != nullptr) peer->retain();
    if (peer_ != nullptr) peer_->release();
    peer_ = peer;
  }

 private:
  Window* peer_ = nullptr;
  char title_[40] = {};
};

namespace {

void work(bool fixed) {
  for (int i = 0; i < 5; ++i) {
    auto* left = escape(new Window);
    auto* right = escape(new Window);
    left->set_peer(right);
    right->set_peer(left);
    if (fixed) right->set_peer(nullptr);
    right->release();
    left->release();
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
