# vitals_component(): one library of vitals with its headers, install rules, export set and pkg-config file.
# What it links to is looked for by cmake/dependencies/<name>.cmake, in this build and in that of whoever uses it; such a
# file sets vitals_dependencies, the targets that must then exist, and vitals_packages, the Debian package of each.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(vitals_cmake_dir "${CMAKE_CURRENT_LIST_DIR}")
set(vitals_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/vitals")

# Warnings and the sanitizer, for whatever is built here; neither reaches users.
add_library(vitals_build_flags INTERFACE)
# -Wrestrict: g++ 12 reports a false overlap for `"a" + std::string` (https://gcc.gnu.org/PR105651).
target_compile_options(vitals_build_flags INTERFACE -Wall -Wextra -Wpedantic $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
if(VITALS_SANITIZE STREQUAL "thread")
  set(vitals_sanitize_flags -fsanitize=thread)
elseif(VITALS_SANITIZE STREQUAL "address")
  # vptr: looks at an object through a pipe, and takes a good one for a bad one where no descriptors are left, as a test wants.
  set(vitals_sanitize_flags -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=undefined)
elseif(VITALS_SANITIZE)
  message(FATAL_ERROR "VITALS_SANITIZE is '${VITALS_SANITIZE}'; it must be empty, thread or address")
endif()
if(VITALS_SANITIZE)
  target_compile_options(vitals_build_flags INTERFACE ${vitals_sanitize_flags} -fno-omit-frame-pointer -O1 -g1)
  target_link_options(vitals_build_flags INTERFACE ${vitals_sanitize_flags})
endif()

# Linked after vitals_build_flags by what takes longer to optimise than to run: most tests, and programs under a sanitizer.
add_library(vitals_unoptimised INTERFACE)
target_compile_options(vitals_unoptimised INTERFACE -O0)
set(vitals_unoptimised_if_sanitized $<$<BOOL:${VITALS_SANITIZE}>:vitals_unoptimised>)

# vitals_need(<condition>… <package> <who> <option>): says in one line which Debian package is missing, if the condition
# does not hold, and which option does without it. Core has no such option.
function(vitals_need)
  list(POP_BACK ARGN option who package)
  if(${ARGN})
    return()
  endif()
  set(instead)
  if(NOT option STREQUAL VITALS_CORE)
    set(instead ", or configure with -D${option}=OFF")
  endif()
  # Indented, so that CMake keeps it in one line.
  message(FATAL_ERROR "  ${who} needs ${package}, not found or too old: apt-get install ${package}${instead}")
endfunction()

# vitals_find(<package> <Debian package> <who> <option>): find_package and vitals_need. A macro, for what it sets.
macro(vitals_find name package who option)
  find_package(${name} QUIET)
  vitals_need(${name}_FOUND ${package} "${who}" ${option})
endmacro()

# vitals_unity_by_room(<target> SOURCES … [TOGETHER "<room> <room>…"…]): in a unity build, the sources of a room, a folder,
# become one translation unit; so do those of rooms that stand TOGETHER.
function(vitals_unity_by_room target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;TOGETHER")
  set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
  if(VITALS_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON)
  endif()
  foreach(source IN LISTS arg_SOURCES)
    cmake_path(GET source PARENT_PATH room)
    set(group "${room}")
    foreach(rooms IN LISTS arg_TOGETHER)
      if(" ${rooms} " MATCHES " ${room} ")
        set(group "${rooms}")
      endif()
    endforeach()
    string(MAKE_C_IDENTIFIER "${target}_${group}" group)
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group})
  endforeach()
endfunction()

# vitals_component(<name> SOURCES … HEADERS … [ADAPTERS …] [TOGETHER "<room> <room>…"…] [PUBLIC target…] [PRIVATE target…]
#                  [REQUIRES module…] [REQUIRES_PRIVATE module…] [LIBRARIES -l…])
# HEADERS are relative to include/. So are ADAPTERS: headers that need a library which the component doesn't link to. They are
# installed too, but only the examples compile them. REQUIRES are pkg-config modules that users compile against, REQUIRES_PRIVATE those
# that only a static link needs. LIBRARIES are linked to by those who use pkg-config, without what their own modules add for a
# static link. The words of DESIGN hold: the name is the folder, the target, the option, the component.
function(vitals_component name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;HEADERS;ADAPTERS;TOGETHER;PUBLIC;PRIVATE;REQUIRES;REQUIRES_PRIVATE;LIBRARIES")
  include(${vitals_cmake_dir}/dependencies/${name}.cmake)
  string(TOUPPER VITALS_${name} option)
  if(vitals_dependencies MATCHES "PkgConfig::")
    vitals_need(PkgConfig_FOUND pkg-config vitals::${name} ${option})
  endif()
  foreach(dependency package IN ZIP_LISTS vitals_dependencies vitals_packages)
    vitals_need(TARGET ${dependency} ${package} vitals::${name} ${option})
  endforeach()

  set(target vitals_${name})
  add_library(${target} ${arg_SOURCES})
  vitals_unity_by_room(${target} SOURCES ${arg_SOURCES} TOGETHER ${arg_TOGETHER})
  add_library(vitals::${name} ALIAS ${target})
  list(TRANSFORM arg_HEADERS PREPEND "${PROJECT_SOURCE_DIR}/include/")
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/include" FILES ${arg_HEADERS})
  set(header_sets FILE_SET HEADERS)
  if(arg_ADAPTERS)
    list(TRANSFORM arg_ADAPTERS PREPEND "${PROJECT_SOURCE_DIR}/include/")
    target_sources(${target} PUBLIC
      FILE_SET adapters TYPE HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/include" FILES ${arg_ADAPTERS})
    list(APPEND header_sets FILE_SET adapters)
  endif()
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/src")
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE -fno-fast-math)  # NaN and infinities are values, also in projects that have none
  target_link_libraries(${target} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE} $<BUILD_INTERFACE:vitals_build_flags>)
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${name}
    POSITION_INDEPENDENT_CODE ON
    CXX_EXTENSIONS OFF
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    INTERFACE_HEADER_SETS_TO_VERIFY HEADERS
    VERIFY_INTERFACE_HEADER_SETS ON)

  if(VITALS_INSTALL)
    install(TARGETS ${target} EXPORT vitals-${name} ${header_sets})
    install(EXPORT vitals-${name} FILE vitals-${name}-targets.cmake NAMESPACE vitals:: DESTINATION ${vitals_package_dir})
    install(FILES ${vitals_cmake_dir}/dependencies/${name}.cmake DESTINATION ${vitals_package_dir}/dependencies)

    set(pc_name ${name})
    set(pc_requires ${arg_REQUIRES})
    if(NOT name STREQUAL "core")
      list(PREPEND pc_requires "vitals-core = ${PROJECT_VERSION}")
    endif()
    list(JOIN pc_requires ", " pc_requires)
    list(JOIN arg_REQUIRES_PRIVATE ", " pc_requires_private)
    list(JOIN arg_LIBRARIES " " pc_libraries)
    # Relative to the file itself, so that an installed tree can be moved.
    file(RELATIVE_PATH pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
    configure_file(${vitals_cmake_dir}/vitals.pc.in ${PROJECT_BINARY_DIR}/vitals-${name}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/vitals-${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
  endif()
endfunction()

# vitals_packages_of(<component> <variable>): the Debian packages that it takes to build it, with blanks between them.
function(vitals_packages_of component variable)
  file(STRINGS ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/packages.txt packages REGEX "^${component} ")
  list(TRANSFORM packages REPLACE "^[^ ]+ +([^ ]+).*" "\\1")
  list(JOIN packages " " packages)
  set(${variable} "${packages}" PARENT_SCOPE)
endfunction()

# vitals_name_unbuilt(<directory>): an error where a target there or below it links to a component that is not built; CMake would
# only say that there is no such target. What links to it in a generator expression may do without it.
function(vitals_name_unbuilt directory)
  get_property(targets DIRECTORY "${directory}" PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(links ${target} LINK_LIBRARIES)
    list(FILTER links INCLUDE REGEX "^vitals::[a-z_]+$")
    foreach(link IN LISTS links)
      string(REPLACE "vitals::" "" component ${link})
      vitals_packages_of(${component} packages)
      if(packages AND NOT TARGET ${link})
        string(TOUPPER VITALS_${component} option)
        message(FATAL_ERROR "  ${target} links to ${link}, which is not built: set(${option} ON) before vitals is added, or configure with -D${option}=ON; it needs the Debian packages ${packages}")
      endif()
    endforeach()
  endforeach()
  get_property(directories DIRECTORY "${directory}" PROPERTY SUBDIRECTORIES)
  foreach(below IN LISTS directories)
    vitals_name_unbuilt("${below}")
  endforeach()
endfunction()

# vitals_install_package(<component>…): the files that find_package(vitals) reads; called once, after all components. The
# components are those that can be left out.
function(vitals_install_package)
  set(vitals_build_packages)
  foreach(component IN LISTS ARGN)
    vitals_packages_of(${component} packages)
    string(APPEND vitals_build_packages "set(vitals_build_packages_${component} ${packages})\n")
  endforeach()
  configure_package_config_file(${vitals_cmake_dir}/vitals-config.cmake.in ${PROJECT_BINARY_DIR}/vitals-config.cmake
    INSTALL_DESTINATION ${vitals_package_dir})
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/vitals-config-version.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/vitals-config.cmake ${PROJECT_BINARY_DIR}/vitals-config-version.cmake
    DESTINATION ${vitals_package_dir})
endfunction()
