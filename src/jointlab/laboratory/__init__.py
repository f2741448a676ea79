"""Projects, instruments, samples and devices, files, measurements, findings."""
