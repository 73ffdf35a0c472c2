// Sometimes one function is under suspicion, or was just mended and shall stay so. A rule can watch it alone:
//
//     leakscan run --fail-on 'site(parse_invoice):live_bytes>0' -- ./example_tracked_function
//
// says (by exit code 23) that something which parse_invoice() or what it calls allocated is still there at
// the end. What other functions keep does not matter to the rule.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace {

struct Invoice {
  char* customer = nullptr;
  long cents = 0;
};

// The name before the colon, in memory of its own: the caller frees it.
char* copy_customer(const std::string& line) { return strndup(line.c_str(), line.find(':')); }

// "a customer:1234" -> true; what is no invoice -> false.
bool parse_invoice(const std::string& line, Invoice& invoice) {
#ifndef FIXED
  invoice.customer = copy_customer(line);
  const char* amount = std::strchr(line.c_str(), ':') + 1;
  char* end = nullptr;
  invoice.cents = std::strtol(amount, &end, 10);
  return *end == '\0' && end != amount;  // on failure nobody looks at the invoice again, its customer is lost
#else
  std::unique_ptr<char, decltype(&std::free)> customer(copy_customer(line), std::free);
  const char* amount = std::strchr(line.c_str(), ':') + 1;
  char* end = nullptr;
  const long cents = std::strtol(amount, &end, 10);
  if (*end != '\0' || end == amount) return false;
  invoice = {customer.release(), cents};
  return true;
#endif
}

// Kept on purpose until the end: a table of what was rejected, for the log. The rule does not care about it.
std::vector<std::string>& rejected_lines() {
  static auto& lines = *new std::vector<std::string>;
  return lines;
}

long add_up(int lines) {
  long cents = 0;
  for (int number = 0; number != lines; ++number) {
    const std::string line = "a customer who has a long name, number " + std::to_string(number) + ":" +
                             (number % 4 == 0 ? "unknown" : std::to_string(number * 100));
    Invoice invoice;
    if (!parse_invoice(line, invoice)) {
      rejected_lines().push_back(line);
      continue;
    }
    cents += invoice.cents;
    std::free(invoice.customer);
  }
  return cents;
}

}  // namespace

int main() {
  const long cents = add_up(400);
  std::printf("%ld cents, %zu lines rejected\n", cents, rejected_lines().size());
}
