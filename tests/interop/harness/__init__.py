# SPDX-License-Identifier: MIT
"""The small world of tests/interop: hosts, names, servers and users."""
