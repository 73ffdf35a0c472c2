// What the hooks report about the life of the process. Implemented in process/; declared here so that hooks need
// not know how a recording is run.
#pragma once

namespace leak::hook {

// Starts recording if this process has not tried yet. Called inside a hook scope.
void ensure_started() noexcept;

// fork() is about to happen: the child will need to know when.
void before_fork() noexcept;
void after_fork_in_parent(int child_pid) noexcept;
void after_fork_in_child() noexcept;

// exec is about to replace the program; if it comes back, it failed. Inside a hook scope.
void before_exec() noexcept;
void after_failed_exec() noexcept;

// The process ends at once, without exit handlers (_exit).
void before_immediate_exit(int status) noexcept;
// quick_exit: its handlers run first, ours among them.
void before_quick_exit(int status) noexcept;

// The kernel refused a namespace change because of our thread: end the recording for good, so that it can be
// tried again. false: there was no recording to end.
bool end_for_namespace_change() noexcept;

// Client control: pause and resume; false: not recording at all.
bool pause_recording() noexcept;
bool resume_recording() noexcept;

}  // namespace leak::hook
