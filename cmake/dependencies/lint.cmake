set(vitals_dependencies)
