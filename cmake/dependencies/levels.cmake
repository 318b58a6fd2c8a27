set(vitals_dependencies vitals::yaml)
set(vitals_packages libyaml-cpp-dev)
