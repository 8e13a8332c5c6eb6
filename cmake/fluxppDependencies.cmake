# SPDX-License-Identifier: MIT
# Finds the packages behind fluxpp::deps and sets fluxpp_packages to their link names. The build and fluxppConfig.cmake share
# this file: the names changed between versions, so the choice is made where fluxpp is used. find_dependency reports in
# the name of CMAKE_FIND_PACKAGE_NAME and leaves this file early when something is missing: fluxpp_packages is empty then.
include(CMakeFindDependencyMacro)

unset(fluxpp_packages)
find_dependency(xtl CONFIG)
find_dependency(xtensor CONFIG)
find_dependency(xsimd CONFIG)
find_dependency(Threads)
find_package(Boost 1.66 CONFIG QUIET OPTIONAL_COMPONENTS hana)
if(NOT TARGET Boost::hana)
  find_dependency(Boost 1.66 CONFIG)
endif()

set(fluxpp_packages Threads::Threads)
foreach(names "xtensor::xtensor;xtensor" "xsimd::xsimd;xsimd" "Boost::hana;Boost::headers")
  foreach(name ${names})
    if(TARGET ${name})
      list(APPEND fluxpp_packages ${name})
      break()
    endif()
  endforeach()
endforeach()
