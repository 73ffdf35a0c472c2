# leakscan_add_test(NAME name COMMAND command [argument...]
#                   [FAIL_ON rule...]          default: lost>0
#                   [SUPPRESSIONS file...] [BASELINE file]
#                   [OPTIONS option...]        of leakscan run
#                   [WORKING_DIRECTORY dir] [ARTIFACTS])
#
# A test that records the whole process tree of a command, and fails when the command does or when a process breaks a
# rule. The command may be a target. Traces, and with ARTIFACTS all reports, are in leakscan/NAME of the binary
# directory; those of the run before are removed.
set(leakscan_RUN_TEST "${CMAKE_CURRENT_LIST_DIR}/leakscanRunTest.cmake")

function(leakscan_add_test)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "ARTIFACTS" "NAME;BASELINE;WORKING_DIRECTORY"
                        "COMMAND;FAIL_ON;SUPPRESSIONS;OPTIONS")
  if(NOT ARG_NAME OR NOT ARG_COMMAND)
    message(FATAL_ERROR "leakscan_add_test needs NAME and COMMAND")
  endif()
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "leakscan_add_test(${ARG_NAME}): what is '${ARG_UNPARSED_ARGUMENTS}'?")
  endif()
  if(NOT DEFINED ARG_FAIL_ON AND NOT DEFINED ARG_BASELINE)
    set(ARG_FAIL_ON "lost>0")
  endif()
  set(program)
  set(arguments)
  foreach(word IN LISTS ARG_COMMAND)
    if(NOT DEFINED program OR program STREQUAL "")
      set(program "${word}")
    else()
      string(REPLACE ";" "\\;" word "${word}")  # one argument, not two
      list(APPEND arguments "${word}")
    endif()
  endforeach()
  if(TARGET "${program}")
    set(program "$<TARGET_FILE:${program}>")
  endif()

  string(MAKE_C_IDENTIFIER "${ARG_NAME}" folder)
  set(directory "${CMAKE_CURRENT_BINARY_DIR}/leakscan/${folder}")
  set(options --output "${directory}/leakhook.%e.%p.zst")
  if(ARG_ARTIFACTS)
    list(APPEND options --artifacts "${directory}")
  endif()
  foreach(rule IN LISTS ARG_FAIL_ON)
    list(APPEND options --fail-on "${rule}")
  endforeach()
  foreach(file IN LISTS ARG_SUPPRESSIONS)
    get_filename_component(file "${file}" ABSOLUTE)
    list(APPEND options --suppressions "${file}")
  endforeach()
  if(DEFINED ARG_BASELINE)
    get_filename_component(file "${ARG_BASELINE}" ABSOLUTE)
    list(APPEND options --baseline "${file}")
  endif()

  set(place)
  if(DEFINED ARG_WORKING_DIRECTORY)
    set(place WORKING_DIRECTORY "${ARG_WORKING_DIRECTORY}")
  endif()
  add_test(NAME "${ARG_NAME}" ${place}
    COMMAND "${CMAKE_COMMAND}" "-DDIRECTORY=${directory}" -P "${leakscan_RUN_TEST}" --
      "$<TARGET_FILE:leakscan::leakscan>" run ${options} --source-root "${CMAKE_SOURCE_DIR}" ${ARG_OPTIONS} --
      "${program}" ${arguments})
  set_property(TEST "${ARG_NAME}" PROPERTY LABELS leakscan)
endfunction()
