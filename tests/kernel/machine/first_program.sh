#!/bin/sh
# The first program of the guest: loads modules, mounts the root of the machine outside (read-only,
# what is written stays in memory), runs /command in it and switches off.
B=/bin/busybox
$B mount -t proc proc /proc
$B mount -t sysfs sys /sys
$B mount -t devtmpfs dev /dev
say() { read -r up _ < /proc/uptime; echo "GUEST $up $*"; }
say "kernel $($B uname -r)"

for module in /modules/*.ko; do $B insmod "$module" || say "$module cannot be loaded"; done

$B ip link set lo up
# QEMU's user network: this machine is 10.0.2.15, the loopback of the one outside is 10.0.2.2.
if [ -e /sys/class/net/eth0 ]; then
    $B ip link set eth0 up
    $B ip addr add 10.0.2.15/24 dev eth0
fi

P=trans=virtio,version=9p2000.L,msize=1048576
$B mount -t 9p -o ro,$P,cache=loose root /old || say "the root outside cannot be mounted"
$B mount -t tmpfs upper /upper
$B mkdir /upper/files /upper/work
$B mount -t overlay -o lowerdir=/old,upperdir=/upper/files,workdir=/upper/work new /new
for folder in proc sys dev; do $B mount --move /$folder /new/$folder; done
$B mkdir -p /new/dev/pts /new/dev/shm
$B mount -t devpts devpts /new/dev/pts
$B mount -t tmpfs shm /new/dev/shm
$B mount -t tmpfs run /new/run
$B mkdir /new/run/exchange
$B mount -t 9p -o rw,$P exchange /new/run/exchange || say "the exchange cannot be mounted"
$B cp /command /new/run/command

read -r up _ < /new/proc/uptime
echo "GUEST $up the command begins"
$B chroot /new /bin/sh /run/command
code=$?
read -r up _ < /new/proc/uptime
echo "GUEST $up the command ended"
$B dmesg > /new/run/exchange/kernel-log.txt
$B sync
echo "GUEST-RC=$code"
$B poweroff -f
