# What is installed besides the two binaries, which their own folders install.
install(FILES preload/include/leakhook/leakhook.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/leakhook)
install(FILES README.md LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md")

install(FILES scripts/completions/leakscan.bash
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME leakscan)
install(FILES scripts/completions/_leakscan DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES scripts/completions/leakscan.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
