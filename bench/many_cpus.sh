#!/bin/bash
# What hot series take on more CPUs than this machine has:  bench/many_cpus.sh [CPUS]
# Boots Debian's kernel under QEMU with that many CPUs (64), emulated, and there runs build/bench/vitals_memory with a
# pinned thread on each of 2, 8, 32 … of them. Takes minutes; its times mean nothing.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cpus=${1:-64}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$root/cmake/install-packages.sh" emulate
cd "$folder"

memory=$root/build/bench/vitals_memory
[ -x "$memory" ] || { echo "$0: build $memory first (bench/README.md)" >&2; exit 1; }
kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image[^ ]*\).*/\1/p' | head -n 1)
[ -n "$kernel" ] || { echo "$0: apt knows no linux-image-cloud-amd64; run apt-get update" >&2; exit 1; }
apt-get download -q "$kernel" >apt.log 2>&1 || { cat apt.log >&2; exit 1; }
dpkg-deb -x "$kernel"_*.deb kernel

for file in "$memory" $(ldd "$memory" | grep -o '/[^ ]*'); do install -D "$file" "disk$file"; done
install -D /bin/busybox disk/bin/busybox
mkdir disk/proc
cat >disk/init <<END
#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
for type in counter histogram; do
  for threads in 2 8 32 128 512; do
    [ \$threads -le $cpus ] || threads=$cpus
    echo "\$type, hot on \$threads CPUs: \$($memory vitals \$type 1000 3000 \$threads)"
    [ \$threads -lt $cpus ] || break
  done
done
/bin/busybox poweroff -f
END
chmod +x disk/init
(cd disk && find . | busybox cpio -o -H newc 2>/dev/null) >disk.cpio

# The kernel is told what it would measure of the processor, which an emulated one keeps it from.
qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp "$cpus" -m 4G -nographic -no-reboot \
  -kernel kernel/boot/vmlinuz-* -initrd disk.cpio \
  -append "console=ttyS0 quiet panic=-1 rcupdate.rcu_cpu_stall_suppress=1 nowatchdog lpj=8000000 tsc=reliable no_timer_check" |
  grep --line-buffered -ao '[a-z]*, hot on .* scrape'
