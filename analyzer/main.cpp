// Command line in, exit code out. The only catch.
#include <cstdio>
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <vector>

#include "base/command_error.h"
#include "cli/options.h"
#include "pipeline.h"

int main(int argc, char** argv) {
  using leak::scan::CommandError;
  try {
    std::ios::sync_with_stdio(false);
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    return leak::scan::run_command(leak::scan::parse_command_line(arguments), std::cout, std::cerr);
  } catch (const CommandError& error) {
    std::cerr << "leakscan: " << error.what() << '\n';
    return static_cast<int>(error.code());
  } catch (const std::bad_alloc&) {
    std::cerr << "leakscan: out of memory; --from and --to or --max-sites make it need less\n";
  } catch (const std::exception& error) {
    std::cerr << "leakscan: internal error: " << error.what() << "; please report it\n";
  }
  return static_cast<int>(leak::scan::ExitCode::kCannot);
}
