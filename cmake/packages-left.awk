# What is left to do, from what apt-get has said so far. For install-packages.sh and tests/support/steps.sh.
/ newly installed/ { match($0, /[0-9]+ newly/); all = substr($0, RSTART) + 0 }
/^Get:[0-9]+ / && all { got++ }
/^Unpacking / { unpacked++ }
/^Setting up / { ready++ }
END {
  if (!all) print "looking for packages"
  else if (unpacked >= all) print "packages: " (all > ready ? all - ready : 0) " of " all " left to set up"
  else if (unpacked) print "packages: " (all > unpacked ? all - unpacked : 0) " of " all " left to unpack"
  else print "packages: " (all > got ? all - got : 0) " of " all " left to download"
}
