# What is installed besides the two binaries, which their own folders install.
install(DIRECTORY preload/include/leakhook DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES README.md LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md")

install(FILES scripts/completions/leakscan.bash
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME leakscan)
install(FILES scripts/completions/_leakscan DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES scripts/completions/leakscan.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

# find_package(leakscan) and pkg-config.
include(CMakePackageConfigHelpers)
set(package ${PROJECT_SOURCE_DIR}/cmake/package)
set(leakscan_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/leakscan)
configure_package_config_file(${package}/leakscanConfig.cmake.in ${PROJECT_BINARY_DIR}/package/leakscanConfig.cmake
  INSTALL_DESTINATION ${leakscan_package_dir}
  PATH_VARS CMAKE_INSTALL_BINDIR CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/leakscanConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/leakscanConfig.cmake
              ${PROJECT_BINARY_DIR}/package/leakscanConfigVersion.cmake
              ${package}/leakscanAddTest.cmake ${package}/leakscanRunTest.cmake
        DESTINATION ${leakscan_package_dir})
# The prefix is known when it is installed.
install(CODE "set(CMAKE_INSTALL_FULL_INCLUDEDIR \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_INCLUDEDIR}\")
set(CMAKE_INSTALL_FULL_LIBDIR \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}\")
set(PROJECT_VERSION ${PROJECT_VERSION})
configure_file(\"${package}/leakhook.pc.in\" \"${PROJECT_BINARY_DIR}/package/leakhook.pc\" @ONLY)")
install(FILES ${PROJECT_BINARY_DIR}/package/leakhook.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
