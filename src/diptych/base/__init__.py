"""What every room stands on: errors, registries, configs, atomic files, progress."""
