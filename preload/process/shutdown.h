// The ends of a process that we are told about. All others (signals, SIGKILL) leave the journal, and the analyzer
// reads it.
#pragma once

namespace leak::hook {

// Registers the handlers for exit() and quick_exit(). From our constructor, which runs before the program
// registers its own: exit handlers run last registered first, so ours sees everything.
void register_process_exit() noexcept;

}  // namespace leak::hook
