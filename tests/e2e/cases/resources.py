"""Descriptors and threads: exact against the kernel, leaks found, clean programs silent."""

import json

from checks import check, check_that
from harness import case


def findings_of(process):
    return [(finding["kind"], finding["title"]) for finding in process["findings"] if finding["kind"] in ("fd", "thread")]


@case
def descriptors_are_exact(lab):
    # What is open, and inherited, differs between the runs only in what the harness holds.
    recording = lab.run_recorded("descriptor_storm")
    process = recording.report().only
    process.check_complete()
    fds = process["resources"]["fds"]
    check((fds["verified"], fds["unseen_opens"], fds["unseen_closes"]), (True, 0, 0), "seen by us and by the kernel")
    check_that(fds["opened"] >= 100_000, f"only {fds['opened']} descriptors opened")
    open_fds = sorted(one["fd"] for one in process["resources"]["open_fds"])
    check(open_fds, sorted(int(line) for line in recording.outcome.stdout.split()), "open descriptors")
    check(process["resources"]["threads"], {"created": 8, "joined": 8, "detached": 0, "unjoined": 0}, "threads")


@case
def every_resource_call_works_and_is_seen(lab):
    process = lab.record("resource_calls").report().of("resource_calls")[0]
    fds = process["resources"]["fds"]
    check((fds["verified"], fds["unseen_opens"], fds["unseen_closes"]), (True, 0, 0), "seen by us and by the kernel")
    check([one["fd"] for one in process["resources"]["open_fds"] if not one["inherited"]], [], "left open")
    check(process["resources"]["threads"]["unjoined"], 0, "unjoined threads")
    check(findings_of(process), [], "findings of a program that closes everything")
    functions = {site["function"] for site in process["resources"]["fd_sites"]}
    expected = {"open", "openat", "creat", "socket", "pipe", "dup", "dup2", "fcntl", "epoll_create", "eventfd"}
    expected |= {"timerfd_create", "memfd_create", "inotify_init", "signalfd", "posix_openpt", "mkstemp"}
    expected |= {"fopen", "freopen", "tmpfile", "popen", "opendir"}
    check(functions & expected, expected, "functions that opened something")


def patterns_of(process):
    return {finding["pattern"]["kind"] for finding in process["findings"] if finding["kind"] in ("fd", "thread")}


def check_leak(lab, kind, finding_kind, pattern, words):
    leaking = lab.record("resource_leaks", kind, "leak").report().only
    found = findings_of(leaking)
    check_that(len(found) == 1 and found[0][0] == finding_kind, f"{kind}: {found}")
    for word in words:
        check_that(word in found[0][1], f"'{word}' is not in: {found[0][1]}")
    check_that(pattern in patterns_of(leaking), f"{kind}: {pattern} is not among {patterns_of(leaking)}")
    fixed = lab.record("resource_leaks", kind, "fixed").report().only
    check((findings_of(fixed), patterns_of(fixed)), ([], set()), f"{kind}, fixed")
    return leaking


@case
def unclosed_connections_are_found(lab):
    process = check_leak(lab, "connections", "fd", "connections-never-closed", ["50 sockets", "leak_connection"])
    sockets = [one for one in process["resources"]["open_fds"] if one.get("function") == "socket"]
    peers = [one["what"] for one in sockets if " -> 127.0.0.1:" in one["what"]]
    check(len(peers), 50, "sockets whose peer is known")
    for one in sockets:
        if one["what"] in peers:
            check_that("leak_connection" in process.functions_of(one), f"the stack that opened it: {one}")
    (finding,) = [finding for finding in process["findings"] if finding["kind"] == "fd"]
    check_that(" -> 127.0.0.1:" in finding["evidence"]["such as"], f"the finding tells a peer: {finding}")


@case
def unclosed_streams_are_found(lab):
    check_leak(lab, "files", "fd", "file-handles-never-closed", ["20 streams", "fopen", "leak_file"])


@case
def finished_unjoined_threads_are_found(lab):
    check_leak(lab, "zombies", "thread", "threads-not-joined", ["10 threads", "leak_zombie", "ended"])


@case
def pools_that_nobody_joins_are_found(lab):
    check_leak(lab, "pool", "thread", "thread-pool-never-joined", ["4 threads", "run_pool", "still ran"])


@case
def info_counts_resources(lab):
    def added(kind):
        recording = lab.record("resource_leaks", "connections", kind)
        resources = json.loads(lab.scan("info", "--json", *recording.traces).stdout)["resources"]
        return resources["descriptors_at_end"] - resources["descriptors_at_start"]

    # Besides the ends of the connections there may be the listening socket.
    check_that(added("leak") >= 50, "descriptors left open")
    check_that(added("fixed") < 50, "descriptors of a program that closes them")


@case
def resources_can_be_left_out(lab):
    process = lab.record("resource_leaks", "files", "leak", env={"LEAKHOOK_TRACK": "none"}).report().only
    check_that("resources" not in process.data, "resources of a recording without them")
    check(findings_of(process), [], "findings")
