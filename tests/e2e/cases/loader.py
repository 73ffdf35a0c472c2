"""The dynamic loader: early calls, plugins, and other interposers."""

from checks import check
from harness import case, need
from report import Blocks


@case
def allocations_in_constructors_of_other_preloaded_libraries(lab):
    early = lab.programs / "libearly_constructor.so"
    for order in ("before", "after"):
        process = lab.record("leaky", **{order: [early]}).report().only
        process.check_complete()
        process.check_leak("leak_in_constructor", 17, 104)
        process.check_leak("leak_known", 100, 48)


@case
def dlsym_while_starting(lab):
    process = lab.record("dlsym_at_start").report().only
    process.check_complete()
    process.check_leak("leak_known", 9, 88)


@case
def programs_own_malloc_is_called(lab):
    process = lab.record("own_malloc_wrapper").report().only
    process.check_leak("leak_known", 23, 64)


@case
def programs_own_operator_new_is_called(lab):
    process = lab.record("own_operator_new").report().only
    process.check_leak("leak_nodes", 31, 80)


@case
def new_handler_and_bad_alloc(lab):
    process = lab.record("new_handler").report().only
    process.check_leak("leak_known", 5, 64)


@case
def libraries_loaded_at_the_same_address_keep_their_names(lab):
    plugins = [lab.programs / "libplugin_a.so", lab.programs / "libplugin_b.so"]
    process = lab.record("dlopen_same_address", *plugins).report().only
    process.check_complete()
    process.check_leak("leak_in_plugin_a", 800, 280)
    process.check_leak("leak_in_plugin_b", 1000, 280)
    epochs = {module["path"].rsplit("/", 1)[-1]: len(module["epochs"]) for module in process["modules"]}
    check((epochs.get("libplugin_a.so"), epochs.get("libplugin_b.so")), (20, 20), "times that the plugins were loaded")


@case
def dlopen_honours_the_callers_runpath(lab):
    process = lab.record("runpath").report().only
    process.check_leak("leak_in_runpath_target", 6, 296)


@case
def dlopen_results_are_the_same(lab):
    process = lab.record("dlopen_flags").report().only
    check(process.live_at("leak_known"), Blocks(3, 936), "live at leak_known")


@case
def program_linked_to_another_allocator(lab):
    found = sorted(lab.programs.glob("leaky_*"))
    need(found, "no other allocator is installed")
    for program in found:
        process = lab.record(program).report().only
        process.check_complete()
        process.check_leak("leak_known", 100, 48)
