#!/bin/sh
# Vaultdesk: checks that this machine can run what is bundled, then hands over to it, with an empty environment.
# usage: ./install.sh verify | preflight | install | upgrade | … [options]; docs/operations/bundle.md
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P) || exit 1
lang=en
case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in zh*) lang=zh ;; esac
previous=
for word in "$@"; do
  case "$previous $word" in '--lang zh' | *' --lang=zh') lang=zh ;; '--lang en' | *' --lang=en') lang=en ;; esac
  previous=$word
done

# refuse EXIT ZH EN: one line, what | where | what to do.
refuse() {
  if [ "$lang" = zh ]; then printf 'VD-E%s %s\n' "$1" "$2" >&2; else printf 'VD-E%s %s\n' "$1" "$3" >&2; fi
  exit "$1"
}

[ -r "$here/release.json" ] && [ -r "$here/MANIFEST.sha256" ] || refuse 20 \
  "安装包不完整 | $here | 请重新取得安装包并完整解压" \
  "Half a bundle | $here | get the bundle again and unpack all of it"
arch=$(sed -n 's/^ *"arch": "\([a-z0-9]*\)".*/\1/p' "$here/release.json")
case "$(uname -s) $(uname -m)" in
  'Linux x86_64') found=x64 ;;
  'Linux aarch64') found=arm64 ;;
  *) found=$(uname -m) ;;
esac
[ "$arch" = "$found" ] || refuse 21 \
  "安装包适用于另一种处理器架构 | linux-$arch, $found | 请使用与 uname -m 对应的安装包" \
  "The bundle is for another architecture | linux-$arch, $found | use the bundle of this machine (uname -m)"
libc=$(getconf GNU_LIBC_VERSION 2>/dev/null | sed 's/^glibc //')
printf '%s\n' "${libc:-0}" | awk -F. '{ exit !($1 > 2 || ($1 == 2 && $2 >= 28)) }' || refuse 21 \
  "系统的 glibc 过旧或不是 glibc | ${libc:--}，需要 2.28 | 请使用更新的操作系统" \
  "The C library is too old, or not glibc | ${libc:--}, wanted 2.28 | use a newer operating system"
case " $* " in
  *' --no-systemd '* | ' verify '* | ' preflight '* | '  ' | *' --help '*) ;;
  *) [ -d /run/systemd/system ] || refuse 21 \
    "本机未运行 systemd | /run/systemd/system | 请加 --no-systemd --prefix DIR，或在运行 systemd 的主机上安装" \
    "systemd does not run here | /run/systemd/system | add --no-systemd --prefix DIR, or use a host with systemd" ;;
esac
# Damaged copies are told before anything of them runs; who signed them is checked by `verify` and `install`.
(
  cd -- "$here" && grep -E ' (node/bin/node|server/installer\.mjs)$' MANIFEST.sha256 | sha256sum -c --status
) 2>/dev/null || refuse 20 \
  "文件内容与清单不符 | node/bin/node, server/installer.mjs | 请用安全途径重新取得安装包" \
  "A file is not what the list says | node/bin/node, server/installer.mjs | get the bundle again by a safe way"
said=$(env -i "$here/node/bin/node" --version 2>&1) || refuse 21 \
  "不能运行 | $here/node/bin/node: $said | 请解压到没有 noexec 的文件系统，并安装 libstdc++" \
  "This does not run | $here/node/bin/node: $said | unpack where noexec is not set, and install libstdc++"
exec env -i PATH="$PATH" HOME=/ TERM="${TERM:-dumb}" LANG=C.UTF-8 \
  "$here/node/bin/node" "$here/server/installer.mjs" "$@" --lang "$lang"
