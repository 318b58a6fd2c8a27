set(vitals_dependencies)
set(vitals_packages)
