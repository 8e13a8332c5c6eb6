# SPDX-License-Identifier: MIT
# The installed package: headers, CMake package and pkg-config file, all relocatable; and the build tree as a package.
include(CMakePackageConfigHelpers)

set(fluxpp_package_dir share/cmake/fluxpp)
set(fluxpp_targets fluxpp fluxpp_headers fluxpp_deps fluxpp_native)
set(fluxpp_config ${CMAKE_CURRENT_BINARY_DIR}/fluxppConfig.cmake)

configure_package_config_file(cmake/fluxppConfig.cmake.in ${fluxpp_config} INSTALL_DESTINATION ${fluxpp_package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/fluxppConfigVersion.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
configure_file(cmake/fluxpp.pc.in ${CMAKE_CURRENT_BINARY_DIR}/fluxpp.pc @ONLY)
configure_file(cmake/fluxppDependencies.cmake ${CMAKE_CURRENT_BINARY_DIR}/fluxppDependencies.cmake COPYONLY)
configure_file(cmake/fluxppImage.cmake ${CMAKE_CURRENT_BINARY_DIR}/fluxppImage.cmake COPYONLY)

export(TARGETS ${fluxpp_targets} NAMESPACE fluxpp:: FILE fluxppTargets.cmake)
install(TARGETS ${fluxpp_targets} EXPORT fluxppTargets)
install(EXPORT fluxppTargets NAMESPACE fluxpp:: DESTINATION ${fluxpp_package_dir})
install(FILES ${fluxpp_config} ${CMAKE_CURRENT_BINARY_DIR}/fluxppConfigVersion.cmake
  cmake/fluxppDependencies.cmake cmake/fluxppImage.cmake DESTINATION ${fluxpp_package_dir})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/fluxpp.pc DESTINATION share/pkgconfig)
install(DIRECTORY include/fluxpp DESTINATION include FILES_MATCHING PATTERN "*.hpp")
install(FILES LICENSE CHANGELOG.md DESTINATION share/doc/fluxpp)
if(FLUXPP_INSTALL_SINGLE_INCLUDE)
  install(DIRECTORY single_include/fluxpp DESTINATION share/fluxpp/single_include FILES_MATCHING PATTERN "*.hpp")
endif()
