find_package(yaml-cpp CONFIG QUIET)
# yaml-cpp 0.7 (Debian 12) calls its target yaml-cpp, 0.8 yaml-cpp::yaml-cpp.
set(vitals_dependencies yaml-cpp)
if(TARGET yaml-cpp::yaml-cpp)
  set(vitals_dependencies yaml-cpp::yaml-cpp)
endif()
set(vitals_packages libyaml-cpp-dev)
